/** See http.cjs: it would load what reads `.env` files, MIME types and more. */
module.exports = process.getBuiltinModule("node:util");
