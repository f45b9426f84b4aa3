/** Text: Markdown or HTML, made safe by Grafana's own sanitizer. */
import { renderTextPanelMarkdown, textUtil } from "@grafana/data";
import { useSession } from "../session";
import type { PanelProps } from "./PanelProps";

interface TextOptions {
  readonly mode?: "markdown" | "html" | "code";
  readonly content?: string;
}

export function Text({ panel, width, height }: PanelProps) {
  const { replace } = useSession();
  const { mode = "markdown", content = "" } = (panel.options ?? {}) as TextOptions;
  const text = replace(content);
  const style = { width, height, overflow: "auto" };
  if (mode === "code") return <pre style={style}>{text}</pre>;
  const html = mode === "html" ? textUtil.sanitize(text) : renderTextPanelMarkdown(text);
  return <div className="markdown-html" style={style} dangerouslySetInnerHTML={{ __html: html }} />;
}
