#!/usr/bin/env node
// In a clone the sources run as they are; the bundle of telemetry/build.ts is for delivery.
require("tsx/cjs");
require("../cli/index.ts");
