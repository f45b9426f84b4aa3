/** Data of a panel as state: renewed with the range of time and the variables, kept while new data loads. */
import type { DataFrame } from "@grafana/data";
import { useTheme2 } from "@grafana/ui";
import { useEffect, useState } from "react";
import type { Panel } from "../model/dashboard";
import { messageOf, panelData, prepared } from "./queries";
import { useSession } from "./session";

export interface Shown {
  readonly frames: readonly DataFrame[];
  readonly errors: readonly string[];
  readonly isLoading: boolean;
  /** False until the first answer. */
  readonly isKnown: boolean;
}

/**
 * @param width of the panel, in pixels: how many points can be seen
 * @param isSeen false: nothing is asked for, since nobody looks
 */
export function usePanelData(panel: Panel, width: number, isSeen: boolean): Shown {
  const session = useSession();
  const theme = useTheme2();
  const [shown, setShown] = useState<Shown>({ frames: [], errors: [], isLoading: true, isKnown: false });
  // New annotations alone do not change what a panel asks for.
  const { range, values, timeZone } = session;
  useEffect(() => {
    if (!isSeen) return;
    const ending = new AbortController();
    setShown((before) => ({ ...before, isLoading: true }));
    const load = async (): Promise<void> => {
      const { raw, errors } = await panelData(panel, session, width, ending.signal);
      const frames = await prepared(raw, panel, session, theme);
      if (!ending.signal.aborted) setShown({ frames, errors, isLoading: false, isKnown: true });
    };
    load().catch((error: unknown) => {
      if (ending.signal.aborted) return;
      setShown((before) => ({ ...before, errors: [messageOf(error)], isLoading: false, isKnown: true }));
    });
    return () => ending.abort();
  }, [panel, range, values, timeZone, theme, width, isSeen]);
  return shown;
}
