/**
 * A property's predicate for as many runs as fit into some seconds: what comes later passes untried. A run under way is
 * ended in peace; fast-check's own limit would leave it running beside the next test.
 */
export function whileTimeLasts<Values extends unknown[]>(
  milliseconds: number,
  predicate: (...values: Values) => Promise<void>,
): (...values: Values) => Promise<void> {
  const end = performance.now() + milliseconds;
  return async (...values) => {
    if (performance.now() < end) await predicate(...values);
  };
}
