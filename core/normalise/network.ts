import { memo } from "./memo.ts";

export interface SourceAddress {
  readonly sourceIp: string | null;
  /** `/24`, `/48`, or the host name of the AWS service that called. */
  readonly network: string | null;
  /** CloudTrail logged an AWS service instead of an address, which callers cannot bring about. */
  readonly isService: boolean;
}

const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;
const SERVICE_HOST = /^[a-z0-9][a-z0-9.-]*\.(?:amazonaws\.com(?:\.cn)?|amazon\.com|aws\.internal)$/;

function ipv4Network(address: string): string | null {
  const octets = IPV4.exec(address)?.slice(1, 5);
  if (!octets || octets.some((octet) => Number(octet) > 255)) return null;
  return `${octets.slice(0, 3).map(Number).join(".")}.0/24`;
}

/** The eight groups of an IPv6 address, `null` where it is none. */
function ipv6Groups(address: string): readonly number[] | null {
  if (!/^[0-9a-f:]{2,39}$/i.test(address)) return null;
  const halves = address.split("::");
  if (halves.length > 2) return null;
  const [head = [], tail = []] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const absent = 8 - head.length - tail.length;
  if (halves.length === 2 ? absent < 1 : absent !== 0) return null;
  const groups = [...head, ...Array<string>(halves.length === 2 ? absent : 0).fill("0"), ...tail];
  return groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))
    ? groups.map((group) => Number.parseInt(group, 16))
    : null;
}

function ipv6Network(address: string): string | null {
  const groups = ipv6Groups(address);
  if (!groups) return null;
  const site = groups.slice(0, 3).map((group) => group.toString(16));
  while (site.length > 0 && site.at(-1) === "0") site.pop();
  return site.length === 0 ? "::/48" : `${site.join(":")}::/48`;
}

const NOWHERE: SourceAddress = { sourceIp: null, network: null, isService: false };

/** Reads `sourceIPAddress`: an address, a service's host name, or `AWS Internal`; anything else says nothing. */
export const readSource: (value: string) => SourceAddress = memo(50_000, (value) => {
  const address = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(value)?.[1] ?? value;
  const network = ipv4Network(address) ?? ipv6Network(address);
  if (network !== null) return { sourceIp: address, network, isService: false };
  if (value === "AWS Internal" || SERVICE_HOST.test(value)) return { sourceIp: null, network: value, isService: true };
  return NOWHERE;
});
