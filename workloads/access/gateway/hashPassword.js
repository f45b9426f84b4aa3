/** Prints the password of standard input as bcrypt hashes it: run by Node in the folder of stack 2. */
const { hash } = require("bcryptjs");
const { text } = require("node:stream/consumers");

/** 2^10 rounds, 50 ms: what the gateway pays for each request. */
const cost = 10;

text(process.stdin)
  .then((password) => hash(password, cost))
  .then((hashed) => process.stdout.write(hashed))
  .catch((error) => {
    process.stderr.write(`${String(error)}\n`);
    process.exitCode = 1;
  });
