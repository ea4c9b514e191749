/** The OpenSearch core that tests run on: the complete core with its modules, without plugins, as its project publishes it. */
export const VERSION = "3.7.0";
export const ARTIFACT = `org.opensearch.distribution.integ-test-zip:opensearch:${VERSION}:zip`;
export const SHA256 = "c5c8eb3828a2aead77e9d3bb9d280f54c4de190b0b67f0e412c38663627f1b06";
