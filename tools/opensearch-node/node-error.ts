/** What keeps the node from running, and what the person can do about it. */
export class NodeError extends Error {
  readonly nextStep: string;

  constructor(message: string, nextStep: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "NodeError";
    this.nextStep = nextStep;
  }
}
