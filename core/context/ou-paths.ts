type Fields = Readonly<Record<string, unknown>>;

/**
 * Turns the API's path of ids (`o-a1b2/r-c3d4/ou-c3d4-e5f6/`) into the path of names that people know
 * (`/Workloads/Production`), with the file's `OrganizationalUnits` where it has them; a unit that is not listed keeps its
 * id. An account right below the root has the path `/`. `null` for a text that is no path.
 */
export function ouPaths(file: Fields): (path: string) => string | null {
  const names = new Map<string, string>();
  const units = file["OrganizationalUnits"] ?? file["organizationalUnits"];
  for (const unit of Array.isArray(units) ? units : []) {
    const { Id: id, Name: name } = (unit ?? {}) as Fields;
    if (typeof id === "string" && typeof name === "string" && name !== "") names.set(id, name);
  }
  return (path) => {
    const parts = path.split("/").filter((part) => part !== "");
    if (parts.length === 0) return path === "/" ? "/" : null;
    const below = parts.filter((part) => !/^(?:o|r)-[a-z0-9]+$/.test(part) && !/^\d{12}$/.test(part));
    return `/${below.map((part) => names.get(part) ?? part).join("/")}`;
  };
}
