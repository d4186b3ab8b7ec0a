import type { CommandRegistry } from '@lumino/commands';

const waiting = new WeakSet<CommandRegistry>();

/**
 * Have menus, toolbars and the palette look anew what can be done, once for all that changes until
 * the next frame, and after it: each looks at every command, and an output must not wait for that.
 */
export function commandsChanged(commands: CommandRegistry): void {
  if (waiting.has(commands)) {
    return;
  }
  waiting.add(commands);
  const tell = () => {
    waiting.delete(commands);
    commands.notifyCommandChanged();
  };
  if (document.hidden) {
    setTimeout(tell);
  } else {
    requestAnimationFrame(() => setTimeout(tell));
  }
}
