/** Parts of Alertmanager's configuration file that Perigee writes, in the format of Alertmanager 0.25 and later. */

export interface Route {
  readonly receiver?: string;
  readonly matchers?: readonly string[];
  readonly group_by?: readonly string[];
  readonly group_wait?: string;
  readonly group_interval?: string;
  readonly repeat_interval?: string;
  readonly routes?: readonly Route[];
}

export interface InhibitRule {
  readonly source_matchers: readonly string[];
  readonly target_matchers: readonly string[];
  /** Labels that must have the same value in source and target. */
  readonly equal?: readonly string[];
}

export interface Receiver {
  readonly name: string;
  readonly slack_configs?: readonly Readonly<Record<string, unknown>>[];
  readonly pagerduty_configs?: readonly Readonly<Record<string, unknown>>[];
  readonly email_configs?: readonly Readonly<Record<string, unknown>>[];
  readonly webhook_configs?: readonly Readonly<Record<string, unknown>>[];
}

export interface AlertmanagerConfig {
  readonly global: Readonly<Record<string, unknown>>;
  readonly route: Route;
  readonly inhibit_rules: readonly InhibitRule[];
  readonly receivers: readonly Receiver[];
}
