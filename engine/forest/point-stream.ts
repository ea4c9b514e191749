/**
 * The values that the forest has seen, each once, as float32. A point (a shingle) is a window of `dims` values, named by
 * the offset at which it begins: overlapping windows share their values. It begins as zeros, as the shingle does.
 */
export class PointStream {
  readonly dims: number;
  values: Float32Array;
  length: number;

  constructor(dims: number) {
    this.dims = dims;
    this.length = dims;
    this.values = new Float32Array(Math.max(1024, 2 * dims));
  }

  /** Offset of the newest window. */
  get last(): number {
    return this.length - this.dims;
  }

  get room(): number {
    return this.values.length - this.length;
  }

  push(value: number): void {
    this.values[this.length++] = value;
  }

  replace(values: readonly number[]): void {
    this.length = values.length;
    this.values = new Float32Array(Math.max(1024, 2 * values.length));
    this.values.set(values);
  }

  /** Room for at least `count` more values. */
  grow(count: number): void {
    const larger = new Float32Array(Math.max(2 * this.values.length, this.length + count));
    larger.set(this.values.subarray(0, this.length));
    this.values = larger;
  }

  /**
   * Forgets what no window needs. `live` are the offsets of the windows in use, in any order and repeated or not.
   * Answers where each of them begins now (undefined for other offsets); order is kept.
   */
  compact(live: Iterable<number>): Int32Array {
    const moved = new Int32Array(this.length - this.dims + 1).fill(-1);
    for (const offset of live) moved[offset] = offset;
    moved[this.last] = this.last;
    const { values, dims } = this;
    let written = 0;
    let covered = 0;
    let shift = 0;
    for (let offset = 0; offset < moved.length; offset++) {
      if ((moved[offset] as number) < 0) continue;
      if (offset >= covered) {
        shift = offset - written;
        covered = offset;
      }
      moved[offset] = offset - shift;
      while (covered < offset + dims) values[written++] = values[covered++] as number;
    }
    this.length = written;
    return moved;
  }
}
