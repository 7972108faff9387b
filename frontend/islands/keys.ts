/** What of a pressed key decides whether it is a shortcut. */
export interface Press {
  key: string;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
}

/**
 * The shortcut that a press means, or "" where it means none: with Ctrl, Alt or Meta a key belongs to the browser or a
 * screen reader, and where somebody types it is a letter.
 */
export function shortcut(press: Press, typing: boolean, on: boolean): string {
  if (!on || typing || press.ctrlKey || press.altKey || press.metaKey) return "";
  return ["ArrowLeft", "ArrowRight"].includes(press.key) || press.key.length === 1 ? press.key : "";
}

/** Whether an element takes letters or arrows itself. */
export function takesKeys(tag: string, type: string, editable: boolean): boolean {
  return editable || tag === "TEXTAREA" || tag === "SELECT" || (tag === "INPUT" && type !== "checkbox");
}
