import { CommandRegistry } from '@lumino/commands';

/** The keys of a command as a person has set them; empty when there are none. */
export function keysOf(
  { keyBindings }: CommandRegistry,
  command: string
): string {
  const keys = keyBindings.find(it => it.command === command)?.keys ?? [];
  return keys.map(key => CommandRegistry.formatKeystroke(key)).join(' ');
}
