/**
 * Remembers answers for values that repeat in logs (user agents, addresses, names). Forgets everything once `limit`
 * answers are held: the keys are chosen by callers of AWS, so that they must not be able to fill the memory.
 */
export function memo<V>(limit: number, compute: (key: string) => V): (key: string) => V {
  const known = new Map<string, V>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const value = compute(key);
    if (known.size >= limit) known.clear();
    known.set(key, value);
    return value;
  };
}
