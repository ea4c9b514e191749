import { expect, test } from "@jest/globals";
import { nodeUser } from "../../../tools/opensearch-node/node-user.ts";

const PASSWD = "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65533:nobody:/nonexistent:/usr/sbin/nologin\n";

test("whoever starts the node runs it, unless that is root", () => {
  expect(nodeUser(1000, {}, () => PASSWD)).toBeNull();
  expect(nodeUser(undefined, {}, () => PASSWD)).toBeNull();
});

test("for root it is nobody, or who called sudo", () => {
  expect(nodeUser(0, {}, () => PASSWD)).toEqual({ uid: 65_534, gid: 65_533 });
  expect(nodeUser(0, { SUDO_UID: "1000", SUDO_GID: "1001" }, () => PASSWD)).toEqual({ uid: 1000, gid: 1001 });
  expect(nodeUser(0, { SUDO_UID: "0", SUDO_GID: "0" }, () => PASSWD)).toEqual({ uid: 65_534, gid: 65_533 });
  expect(nodeUser(0, {}, () => "root:x:0:0::/root:/bin/sh\n")).toEqual({ uid: 65_534, gid: 65_534 });
});
