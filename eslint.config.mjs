import eslint from "@eslint/js";
import pulumi from "@pulumi/eslint-plugin";
import prettier from "eslint-config-prettier";
import importSort from "eslint-plugin-simple-import-sort";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["node_modules/", "telemetry/dist/", "**/*.golden.*"] },
  eslint.configs.recommended,
  {
    files: ["**/*.ts"],
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
      // One block: node's own modules, packages, the tree from the top down.
      "simple-import-sort/imports": ["error", { groups: [["^node:", "^@?\\w", "^\\.\\.", "^\\."]] }],
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
  { files: ["**/*.ts"], rules: { curly: ["error", "multi-line"] } },
);
