/**
 * What `import ... from "node:http"` becomes in a bundle. Imported as a module, a part of Node.js has to have all its exports
 * at once, also those behind getters, for which this one loads its whole client for `fetch`; asked for like this it has what is used.
 */
module.exports = process.getBuiltinModule("node:http");
