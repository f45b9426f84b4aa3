/** A panel: Grafana's frame around it, and what is drawn inside, or why nothing is. */
import { type DataFrame, LoadingState, renderMarkdown } from "@grafana/data";
import { Icon, PanelChrome, Tooltip, useTheme2 } from "@grafana/ui";
import { type ComponentType, useEffect, useRef, useState } from "react";
import type { Panel } from "../model/dashboard";
import { isSafeLink, linkAddress } from "../model/links";
import { Graph } from "./panels/Graph";
import type { PanelProps } from "./panels/PanelProps";
import { Stat } from "./panels/Stat";
import { Table } from "./panels/Table";
import { Text } from "./panels/Text";
import { Timeline } from "./panels/Timeline";
import { rooted } from "./root";
import { useSession } from "./session";
import { usePanelData } from "./usePanelData";

const kinds: Readonly<Record<string, ComponentType<PanelProps>>> = {
  timeseries: Graph,
  stat: Stat,
  table: Table,
  text: Text,
  "state-timeline": Timeline,
};

interface Props {
  readonly panel: Panel;
  readonly width: number;
  readonly height: number;
}

export function PanelView({ panel, width, height }: Props) {
  const { replace } = useSession();
  const place = useRef<HTMLDivElement>(null);
  const isSeen = useSeen(place);
  const { frames, errors, isLoading, isKnown } = usePanelData(panel, width, isSeen);
  const description = panel.description ?? "";
  const [error] = errors;
  return (
    <div ref={place} data-panel={panel.title} data-state={stateOf(isKnown, errors, frames)}>
      <PanelChrome
        {...{
          width,
          height,
          title: replace(panel.title ?? ""),
          padding: panel.type === "table" ? "none" : "md",
        }}
        {...(description !== "" && { description: () => renderMarkdown(replace(description)) })}
        {...(error !== undefined && { statusMessage: error })}
        displayMode={panel.transparent === true ? "transparent" : "default"}
        loadingState={isLoading ? LoadingState.Loading : LoadingState.Done}
        titleItems={<PanelLinks panel={panel} />}
      >
        {(innerWidth: number, innerHeight: number) => (
          <Content
            {...{
              panel,
              frames,
              width: innerWidth,
              height: innerHeight,
              isKnown,
              error,
            }}
          />
        )}
      </PanelChrome>
    </div>
  );
}

/** For tests: what the panel shows. */
function stateOf(isKnown: boolean, errors: readonly string[], frames: readonly DataFrame[]): string {
  if (!isKnown) return "loading";
  if (errors.length > 0) return "error";
  return isEmpty(frames) ? "empty" : "data";
}

const isEmpty = (frames: readonly DataFrame[]): boolean => frames.every(({ length }) => length === 0);

function Content({ isKnown, error, ...props }: PanelProps & { isKnown: boolean; error: string | undefined }) {
  const { panel, frames } = props;
  const { noValue } = (panel.fieldConfig?.defaults ?? {}) as { noValue?: string };
  const kind = kinds[panel.type];
  if (kind === undefined) {
    return <Message {...props} text={`This viewer does not draw panels of type ${panel.type}`} />;
  }
  if (!isKnown && panel.type !== "text") return null;
  // Big values say themselves that there is none.
  const saysItself = panel.type === "text" || (panel.type === "stat" && error === undefined);
  if (isEmpty(frames) && !saysItself) return <Message {...props} text={error ?? noValue ?? "No data"} />;
  const Kind = kind;
  return <Kind {...props} />;
}

function Message({ text, width, height }: PanelProps & { text: string }) {
  const { colors, typography } = useTheme2();
  const middle = {
    display: "flex",
    alignItems: "center",
    justifyContent: "center",
    textAlign: "center",
  } as const;
  return (
    <div style={{ ...middle, width, height, color: colors.text.secondary, fontSize: typography.h6.fontSize }}>
      {text}
    </div>
  );
}

/** Links of a panel, beside its title. */
function PanelLinks({ panel: { links = [] } }: { panel: Panel }) {
  const { replace, kept } = useSession();
  const safe = links
    .map(({ url = "", ...link }) => ({
      ...link,
      url: linkAddress(rooted(replace(url, undefined, "uriencode")), link, kept),
    }))
    .filter(({ url }) => isSafeLink(url));
  return (
    <>
      {safe.map(({ title, url, targetBlank }) => (
        <Tooltip key={url} content={replace(title)}>
          <a
            href={url}
            aria-label={replace(title)}
            {...(targetBlank === true && { target: "_blank", rel: "noreferrer" })}
            style={{ padding: "0 8px" }}
          >
            <Icon name="external-link-alt" size="md" />
          </a>
        </Tooltip>
      ))}
    </>
  );
}

/** True from the moment when the element is, or nearly is, in view: what nobody looks at asks Prometheus for nothing. */
function useSeen(place: React.RefObject<HTMLDivElement | null>): boolean {
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => setSeen(entry?.isIntersecting === true), {
      rootMargin: "200px",
    });
    if (place.current !== null) observer.observe(place.current);
    return () => observer.disconnect();
  }, [place]);
  return isSeen;
}
