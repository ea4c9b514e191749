/** Counts above this are told apart from measurements by nothing that matters. */
const LARGEST_COUNT = 100_000;
const MEMORY = 0.5 ** (1 / 500);
/** Where less is expected, nothing scatters too little for a count. */
const LEAST_MEAN = 3;
/** Fewer points say nothing about scatter. */
const LEAST_POINTS = 30;

export interface SavedKind {
  readonly counts: boolean;
  readonly last: number | null;
  readonly sums: readonly [number, number, number, number];
}

/** Whether a series is one of counts, by what was seen of it up to now. */
export class Kind {
  #counts: boolean;
  #last: number | null;
  #squares: number;
  #values: number;
  #points: number;
  #offGrid: number;

  constructor(saved?: SavedKind) {
    this.#counts = saved?.counts ?? true;
    this.#last = saved?.last ?? null;
    [this.#squares, this.#values, this.#points, this.#offGrid] = saved?.sums ?? [0, 0, 0, 0];
  }

  /** `offGrid` for a point that does not lie where whole intervals from the first would put it. */
  learn(value: number, offGrid: boolean): void {
    if (!Number.isInteger(value) || value < 0 || value > LARGEST_COUNT) this.#counts = false;
    if (this.#last !== null) {
      this.#squares = this.#squares * MEMORY + (value - this.#last) ** 2 / 2;
      this.#values = this.#values * MEMORY + value;
      this.#points = this.#points * MEMORY + 1;
      this.#offGrid = this.#offGrid * MEMORY + (offGrid ? 1 : 0);
    }
    this.#last = value;
  }

  /** Whether every value was a whole number that can be a count. */
  get counts(): boolean {
    return this.#counts;
  }

  /** 0 for what scatters at least as events do that come by chance, 1 for what moves far less: a speed, not a count. */
  get stiffness(): number {
    if (this.#points < LEAST_POINTS || this.#values < LEAST_MEAN * this.#points) return 0;
    return Math.min(1, Math.max(0, 2 - (4 * this.#squares) / this.#values));
  }

  /** 0 for points on a grid, as counts are made, 1 where one in four or more is not: readings taken now and then. */
  get unsteadiness(): number {
    if (this.#points < LEAST_POINTS) return 0;
    return Math.min(1, (4 * this.#offGrid) / this.#points);
  }

  save(): SavedKind {
    const sums = [this.#squares, this.#values, this.#points, this.#offGrid] as const;
    return { counts: this.#counts, last: this.#last, sums };
  }
}
