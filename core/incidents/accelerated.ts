/** Families of instances with GPUs, AI accelerators or FPGAs (EC2 user guide, accelerated computing instances). */
const ACCELERATED = /^(?:p\d|g\d|gr\d|trn\d|inf\d|dl\d|f\d|vt\d)/;

export const isAccelerated = (family: string): boolean => ACCELERATED.test(family);
