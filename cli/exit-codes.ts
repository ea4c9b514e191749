/** What a pipeline may rely on; documented in docs/cli.md. */
export const EXIT = {
  /** All input is accounted for, quarantine included. */
  ok: 0,
  /** An incident at or above `--fail-on` is open to a page. */
  failOn: 1,
  /** Of a deployment something is wrong, or something that was asked for did not come about. */
  unhealthy: 1,
  /** The command line or the configuration is wrong. */
  usage: 2,
  /** Nothing could be read. */
  nothingRead: 3,
  /** Something else failed. */
  failed: 4,
  /** Nothing failed, and something waits for what must exist first: the same command again goes on. */
  waiting: 5,
  /** Ctrl-C: 128 + SIGINT. */
  interrupted: 130,
} as const;
