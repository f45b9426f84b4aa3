/** What Grafana's packages expect to find in the window: imported before them. */
declare global {
  interface Window {
    __grafana_public_path__?: string;
  }
}

// Icons and fonts are loaded from below it.
window.__grafana_public_path__ = "/public/";

export {};
