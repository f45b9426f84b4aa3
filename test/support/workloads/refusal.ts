/** What stack 2 says of settings that it refuses. */
import assert from "node:assert/strict";
import { SettingsError } from "../../../settings/load";
import { parseSettings } from "../../../workloads/config";

/** The message with every problem; empty where the settings, without their namespace, are taken. */
export function refusalOf(settings: Readonly<Record<string, unknown>>): string {
  try {
    parseSettings(settings);
  } catch (error) {
    assert.ok(error instanceof SettingsError, String(error));
    return error.message;
  }
  return "";
}
