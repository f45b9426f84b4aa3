/** Variables and links of a dashboard, above its panels. */
import {
  Button,
  Combobox,
  Dropdown,
  Icon,
  InlineLabel,
  Input,
  LinkButton,
  Menu,
  MultiCombobox,
} from "@grafana/ui";
import type { Link } from "../model/dashboard";
import { isSafeLink, linkAddress } from "../model/links";
import { everything } from "../model/variables";
import { rooted } from "./root";
import { useSession } from "./session";
import type { Location } from "./useAddress";
import type { Choice } from "./useVariables";

interface Props {
  readonly choices: readonly Choice[];
  readonly location: Location;
}

export function Controls({ choices, location: { setParameters } }: Props) {
  const { dashboard } = useSession();
  const row = { display: "flex", flexWrap: "wrap", alignItems: "center", gap: 8 } as const;
  return (
    <div style={{ ...row, padding: "16px 16px 8px" }}>
      {choices
        .filter(({ variable }) => variable.hide !== 2 && variable.type !== "constant")
        .map((choice) => (
          <VariableInput
            key={choice.variable.name}
            choice={choice}
            onChoose={(values) => setParameters({ [`var-${choice.variable.name}`]: values })}
          />
        ))}
      <div style={{ ...row, marginLeft: "auto" }}>
        {dashboard.links?.map((link) => (
          <DashboardLink key={link.title} link={link} />
        ))}
      </div>
    </div>
  );
}

function VariableInput({ choice, onChoose }: { choice: Choice; onChoose: (values: string[]) => void }) {
  const { variable, options, chosen, problem } = choice;
  const label = variable.label ?? variable.name;
  const all = variable.includeAll === true ? [{ label: "All", value: everything }] : [];
  const shown = [...all, ...options.map(({ text, value }) => ({ label: text, value }))];
  const id = `var-${variable.name}`;
  return (
    <div style={{ display: "flex" }}>
      {variable.hide !== 1 && (
        <InlineLabel width="auto" htmlFor={id} {...(problem !== undefined && { tooltip: problem })}>
          {label}
        </InlineLabel>
      )}
      {variable.type === "textbox" ? (
        <Input
          id={id}
          defaultValue={chosen[0]}
          onBlur={({ currentTarget }) => onChoose([currentTarget.value])}
        />
      ) : variable.multi === true ? (
        <MultiCombobox
          {...{ id, options: shown, value: [...chosen], width: "auto", minWidth: 12 }}
          onChange={(values) => onChoose(values.map(({ value }) => value))}
        />
      ) : (
        <Combobox
          {...{ id, options: shown, value: chosen[0] ?? null, width: "auto", minWidth: 12 }}
          {...(problem !== undefined && { invalid: true })}
          onChange={({ value }) => onChoose([value])}
        />
      )}
    </div>
  );
}

/** A link to an address, or to all dashboards with its tags: a menu, or one beside the other. */
function DashboardLink({ link }: { link: Link }) {
  const { replace, kept, found } = useSession();
  const { title, tags = [], tooltip = "" } = link;
  const blank = link.targetBlank === true ? { target: "_blank", rel: "noreferrer" } : {};
  const button = (url: string, text: string) =>
    isSafeLink(url) && (
      <LinkButton key={url} href={url} tooltip={tooltip} variant="secondary" size="sm" icon="apps" {...blank}>
        {text}
      </LinkButton>
    );
  if (link.type !== "dashboards") {
    return button(
      linkAddress(rooted(replace(link.url ?? "", undefined, "uriencode")), link, kept),
      replace(title),
    );
  }
  const targets = found
    .filter((dashboard) => tags.every((tag) => dashboard.tags.includes(tag)))
    .map((dashboard) => ({ text: dashboard.title, url: linkAddress(dashboard.url, link, kept) }));
  if (link.asDropdown !== true) return targets.map(({ text, url }) => button(url, text));
  const menu = (
    <Menu>
      {targets.map(({ text, url }) => (
        <Menu.Item key={url} label={text} url={url} />
      ))}
    </Menu>
  );
  return (
    <Dropdown overlay={menu}>
      <Button variant="secondary" size="sm" icon="bars">
        {title}&nbsp;
        <Icon name="angle-down" />
      </Button>
    </Dropdown>
  );
}
