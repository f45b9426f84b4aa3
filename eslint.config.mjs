import eslint from "@eslint/js";
import pulumi from "@pulumi/eslint-plugin";
import prettier from "eslint-config-prettier";
import importSort from "eslint-plugin-simple-import-sort";
import tseslint from "typescript-eslint";

/** Its packages are installed only to build it, so that its types are known only there: the build runs tsc on it. */
const viewerPage = "lab/supply/viewer/page/**/*.{ts,tsx}";

/** One block: what others need at their start, node's own modules, packages, the tree from the top down. */
const importOrder = ["error", { groups: [["^\\u0000", "^node:", "^@?\\w", "^\\.\\.", "^\\."]] }];

export default tseslint.config(
  { ignores: ["node_modules/", "telemetry/dist/", "**/*.golden.*"] },
  eslint.configs.recommended,
  {
    files: ["**/*.ts"],
    ignores: [viewerPage],
    extends: [...tseslint.configs.recommendedTypeChecked],
    plugins: { "@pulumi": pulumi, "simple-import-sort": importSort },
    languageOptions: {
      parserOptions: {
        project: "./tsconfig.json",
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "@pulumi/no-output-in-template-literal": "error",
      "@pulumi/no-output-instance-in-template-literal": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "simple-import-sort/imports": importOrder,
      "simple-import-sort/exports": "error",
      "no-duplicate-imports": "error",
      // Names of properties are often others' (AWS, Kubernetes, Grafana), and so are names that are taken apart.
      "@typescript-eslint/naming-convention": [
        "error",
        {
          selector: ["variable", "function", "parameter"],
          format: ["camelCase"],
          leadingUnderscore: "allow",
        },
        { selector: ["variable", "parameter"], modifiers: ["destructured"], format: null },
        // Put in by esbuild.
        { selector: "variable", filter: "^PERIGEE_", format: null },
        { selector: "typeLike", format: ["PascalCase"] },
      ],
      "no-restricted-properties": [
        "error",
        { object: "process", property: "env", message: "Settings are read in a settings file, once." },
      ],
    },
  },
  {
    files: [viewerPage],
    extends: [...tseslint.configs.recommended],
    plugins: { "simple-import-sort": importSort },
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "simple-import-sort/imports": importOrder,
      "simple-import-sort/exports": "error",
      "no-duplicate-imports": "error",
    },
  },
  {
    files: ["**/*.js", "**/*.mjs"],
    languageOptions: {
      globals: {
        console: "readonly",
        process: "readonly",
        require: "readonly",
        module: "writable",
        __dirname: "readonly",
      },
    },
  },
  {
    // The places where settings come from, and tests that set them for a child process.
    files: ["**/settings.ts", "**/environment.ts", "test/**/*.ts", "bench/**/*.ts"],
    rules: { "no-restricted-properties": "off" },
  },
  prettier,
  // After Prettier's, which turns it off: one line without braces, or braces.
  { files: ["**/*.{ts,tsx}"], rules: { curly: ["error", "multi-line"] } },
);
