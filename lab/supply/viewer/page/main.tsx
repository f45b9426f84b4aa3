/** Start of the viewer's page. */
import "./environment";
import "uplot/dist/uPlot.min.css";
import "./page.css";
import { createTheme, locationUtil, ThemeContext } from "@grafana/data";
import { GlobalStyles, PortalContainer } from "@grafana/ui";
import { StrictMode, useMemo } from "react";
import { createRoot } from "react-dom/client";
import { registerTransformations } from "./fieldConfig";
import { rootPath } from "./root";
import { useAddress } from "./useAddress";
import { Viewer } from "./Viewer";

registerTransformations();
locationUtil.initialize({
  config: { appSubUrl: rootPath } as Parameters<typeof locationUtil.initialize>[0]["config"],
  getTimeRangeForUrl: () => ({ from: "now-6h", to: "now" }),
  getVariablesUrlParams: () => ({}),
});

function App() {
  const location = useAddress();
  const mode = location.address.theme;
  const theme = useMemo(() => createTheme({ colors: { mode } }), [mode]);
  return (
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <Viewer location={location} />
      <PortalContainer />
    </ThemeContext.Provider>
  );
}

const root = document.getElementById("root");
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
