/** The page's address as state: links to dashboards change it without loading the page again. */
import { useEffect, useMemo, useState } from "react";
import { type Address, parseAddress } from "../model/links";
import { rootPath } from "./root";

export interface Location {
  readonly address: Address;
  /** Sets parameters of the address; undefined removes one. */
  readonly setParameters: (changes: Readonly<Record<string, string | readonly string[] | undefined>>) => void;
}

const moved = "perigee-moved";

function go(url: string): void {
  window.history.pushState(null, "", url);
  window.dispatchEvent(new Event(moved));
}

function setParameters(changes: Readonly<Record<string, string | readonly string[] | undefined>>): void {
  const parameters = new URLSearchParams(window.location.search);
  for (const [name, value] of Object.entries(changes)) {
    parameters.delete(name);
    for (const one of value === undefined ? [] : [value].flat()) parameters.append(name, one as string);
  }
  const search = parameters.toString();
  go(`${window.location.pathname}${search === "" ? "" : `?${search}`}`);
}

/** A plain click on a link to a dashboard stays in the page. */
function onClick(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const anchor = event.target instanceof Element ? event.target.closest("a") : null;
  if (anchor === null || anchor.target === "_blank" || anchor.origin !== window.location.origin) return;
  if (!anchor.pathname.startsWith(`${rootPath}/d/`)) return;
  event.preventDefault();
  go(anchor.href);
}

export function useAddress(): Location {
  const [href, setHref] = useState(window.location.href);
  useEffect(() => {
    const read = (): void => setHref(window.location.href);
    window.addEventListener("popstate", read);
    window.addEventListener(moved, read);
    document.addEventListener("click", onClick);
    return () => {
      window.removeEventListener("popstate", read);
      window.removeEventListener(moved, read);
      document.removeEventListener("click", onClick);
    };
  }, []);
  return useMemo(() => {
    const { pathname, search } = new URL(href);
    return { address: parseAddress(pathname.slice(rootPath.length), search), setParameters };
  }, [href]);
}
