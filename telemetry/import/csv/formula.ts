/**
 * Formulas of mission databases, as `(0.5*x + 3)/1000` or `iif((x .gt. 4) .and. (x .lt. 90), LN(x)^2, 999)`, as formulas of
 * a dictionary. What is not known for certain, such as `log`, is not translated.
 */

/** Longest formula that a dictionary takes, and how many brackets may be in one another. */
const mostCharacters = 1000;
const mostDepth = 50;

const functions = new Set([
  ...["ln", "log2", "log10", "exp", "sqrt", "cbrt", "abs", "min", "max", "floor", "ceil", "round", "trunc"],
  ...["sin", "cos", "tan", "asin", "acos", "atan", "atan2"],
]);

const signs: Readonly<Record<string, string>> = {
  ...{ ".gt.": ">", ".ge.": ">=", ".lt.": "<", ".le.": "<=", ".eq.": "==", ".ne.": "!=" },
  ...{ ".and.": "&&", ".or.": "||", "^": "**", "<>": "!=" },
};

/** Binary operators, from those that bind least on; unary signs and powers bind more than all of them. */
const levels: readonly (readonly string[])[] = [
  ["||"],
  ["&&"],
  ["<", "<=", ">", ">=", "==", "!="],
  ["+", "-"],
  ["*", "/"],
];

/** @returns the formula with x for the raw number; undefined for another text */
export function formulaOf(cell: string): string | undefined {
  const tokens = cell.length <= mostCharacters ? tokensOf(cell.toLowerCase()) : undefined;
  const formula = tokens && new Reader(tokens).read();
  return formula !== undefined && formula.length <= mostCharacters ? formula : undefined;
}

function tokensOf(text: string): string[] | undefined {
  const tokens: string[] = [];
  const token =
    /\s*((?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?(?![\w.])|\.(?:gt|ge|lt|le|eq|ne|and|or)\.|[a-z]\w*|\*\*|<=|>=|==|!=|<>|&&|\|\||[-+*/^()<>,])/gy;
  const end = text.trimEnd().length;
  while (token.lastIndex < end) {
    const found = token.exec(text)?.[1];
    if (found === undefined) return undefined;
    tokens.push(signs[found] ?? found);
  }
  return tokens;
}

/** A reader of tokens; each part is undefined where the tokens are no such part. */
class Reader {
  private at = 0;
  private depth = 0;

  constructor(private readonly tokens: readonly string[]) {}

  read(): string | undefined {
    const formula = this.level(0);
    return this.at === this.tokens.length && this.tokens.includes("x") ? formula : undefined;
  }

  private take(...wanted: readonly string[]): string | undefined {
    const token = this.tokens[this.at];
    if (token === undefined || !wanted.includes(token)) return undefined;
    this.at++;
    return token;
  }

  private level(level: number): string | undefined {
    const operators = levels[level];
    if (!operators) return this.signed();
    let left = this.level(level + 1);
    for (let sign = this.take(...operators); sign !== undefined; sign = this.take(...operators)) {
      const right = this.level(level + 1);
      if (left === undefined || right === undefined) return undefined;
      left = `${left} ${sign} ${right}`;
    }
    return left;
  }

  /** A minus before a power is one of the whole power, as in mathematics. */
  private signed(): string | undefined {
    const sign = this.take("-", "+");
    if (sign === undefined) return this.power();
    const of = this.signed();
    if (of === undefined || sign === "+") return of;
    return of.startsWith("-") ? `-(${of})` : `-${of}`;
  }

  private power(): string | undefined {
    const base = this.atom();
    if (this.take("**") === undefined) return base;
    const exponent = this.signed();
    if (base === undefined || exponent === undefined) return undefined;
    return `pow(${base}, ${exponent})`;
  }

  private atom(): string | undefined {
    if (this.take("(") !== undefined) return this.bracket();
    const token = this.tokens[this.at++];
    if (token === undefined) return undefined;
    if (token === "x" || /^[\d.]/.test(token)) return token;
    const isChoice = token === "iif" || token === "if";
    if (!(isChoice || functions.has(token)) || this.take("(") === undefined) return undefined;
    if (++this.depth > mostDepth) return undefined;
    const values = this.list();
    this.depth--;
    if (!values) return undefined;
    if (!isChoice) return `${token}(${values.join(", ")})`;
    const [test = "", yes = "", no = ""] = values;
    return values.length === 3 ? `(${test} ? ${yes} : ${no})` : undefined;
  }

  private bracket(): string | undefined {
    if (++this.depth > mostDepth) return undefined;
    const inner = this.level(0);
    this.depth--;
    return inner !== undefined && this.take(")") !== undefined ? `(${inner})` : undefined;
  }

  private list(): string[] | undefined {
    const values: string[] = [];
    do {
      const value = this.level(0);
      if (value === undefined) return undefined;
      values.push(value);
    } while (this.take(",") !== undefined);
    return this.take(")") === undefined ? undefined : values;
  }
}
