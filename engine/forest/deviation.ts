const { sqrt } = Math;

/**
 * Discounted mean and standard deviation: `sum <- sum * (1 - d) + x`, and likewise the sum of squares and the weight.
 * The order of operations is the reference implementation's, so that results are the same to the bit.
 */
export class Deviation {
  readonly discount: number;
  weight = 0;
  sum = 0;
  sumSquared = 0;

  constructor(discount: number) {
    this.discount = discount;
  }

  update(value: number): void {
    const factor = 1 - this.discount;
    this.sum = this.sum * factor + value;
    this.sumSquared = this.sumSquared * factor + value * value;
    this.weight = this.weight * factor + 1;
  }

  get mean(): number {
    return this.weight <= 0 ? 0 : this.sum / this.weight;
  }

  get deviation(): number {
    if (this.weight <= 0) return 0;
    const mean = this.sum / this.weight;
    const variance = this.sumSquared / this.weight - mean * mean;
    return variance > 0 ? sqrt(variance) : 0;
  }

  reset(): void {
    this.weight = 0;
    this.sum = 0;
    this.sumSquared = 0;
  }
}
