/**
 * S3 as a program: `main.ts STATE_FOLDER ADDRESS REGION HTTPS_PORT HTTP_PORT`. It outlives the command and the engine
 * that are there when it starts, and reads the account anew at each request.
 */
import { readFileSync } from "node:fs";
import { labFolders } from "../../../../settings";
import { Cloud } from "../cloud";
import { issuedCredentials } from "../metadata/roleCredentials";
import { certificateFiles } from "./certificates";
import { s3Servers } from "./server";

const [stateFolder = "", address = "", region = "", httpsPort = "", httpPort = ""] = process.argv.slice(2);
const files = certificateFiles(labFolders(stateFolder), region);

const { https, http } = s3Servers(
  {
    cloud: new Cloud(stateFolder, () => region),
    stateFolder,
    region,
    now: () => new Date(),
    credentials: () => issuedCredentials(stateFolder),
  },
  { key: readFileSync(files.serverKey, "utf8"), cert: readFileSync(files.serverCertificate, "utf8") },
  (line) => console.log(line),
);

// The one that it is waited for comes last.
http.listen(Number(httpPort), address, () => {
  https.listen(Number(httpsPort), address, () => console.log(`S3 of ${region} on ${address}:${httpsPort}`));
});
