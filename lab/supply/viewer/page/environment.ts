/** What Grafana's packages expect to find in the window: imported before them. */
import { rootPath } from "./root";

declare global {
  interface Window {
    __grafana_public_path__?: string;
  }
}

// Icons and fonts are loaded from below it; whole, since an address with a name and a password in it cannot be asked for.
window.__grafana_public_path__ = `${window.location.origin}${rootPath}/public/`;
