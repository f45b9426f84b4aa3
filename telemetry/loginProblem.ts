/** What is wrong with the name and password in a URL, in words; undefined: nothing. */
export function loginProblem(address: string): string | undefined {
  const { username, password } = new URL(address);
  try {
    decodeURIComponent(username);
    decodeURIComponent(password);
    return undefined;
  } catch {
    return "must have %25 where its name or password means a percent sign";
  }
}
