/**
 * How soon DuckDB's own allocator (jemalloc, on Linux) gives freed memory back to the system, for an entry to import before
 * anything loads DuckDB, where it is read once. As DuckDB sets it, that takes one second, and one more until the process no
 * longer counts as having it: 20 to 100 MiB of an analysis, which nobody used. A fifth of a second is long enough that
 * what is freed and soon taken again costs nothing. Whoever sets the variable decides.
 */
process.env["DUCKDB_JE_MALLOC_CONF"] ??= "dirty_decay_ms:200,muzzy_decay_ms:0";
