/** URL as it may be shown. Also where the password has characters that end a URL's host: what is before the last @ is left away. */
export const withoutPassword = (text: string): string => text.replace(/\/\/.*@/s, "//");
