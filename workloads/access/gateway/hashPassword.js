/**
 * Prints the password of standard input as bcrypt hashes it, with 2^COST rounds: run by Node in the folder of stack 2.
 */
const { text } = require("node:stream/consumers");
const { hash } = require("bcryptjs");

text(process.stdin)
  .then((password) => hash(password, Number(process.env.COST)))
  .then((hashed) => process.stdout.write(hashed))
  .catch((error) => {
    process.stderr.write(`${String(error)}\n`);
    process.exitCode = 1;
  });
