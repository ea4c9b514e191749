/** Bytes too many for a database, each written once under a name of its own and never changed. */
export interface BlobStore {
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** `null` where there is none (any more). */
  get(name: string): Promise<Uint8Array | null>;
  /** One that is not there is no error. */
  remove(name: string): Promise<void>;
}
