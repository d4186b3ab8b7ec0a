const COMMAND = '[data-commandlinker-command]';

/**
 * Keep content that nobody trusts from asking anything of the page.
 *
 * JupyterLab takes scripts out of it, and leaves in what acts when somebody clicks on it: buttons
 * that name a command of JupyterLab, which it then runs with any arguments, and forms.
 */
export function contain(node: HTMLElement, isTrusted: () => boolean): void {
  const refuse = (event: Event) => {
    if (!isTrusted()) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  };
  // Before JupyterLab, which listens at the body.
  node.addEventListener(
    'click',
    event => {
      if (event.target instanceof Element && event.target.closest(COMMAND)) {
        refuse(event);
      }
    },
    true
  );
  node.addEventListener('submit', refuse, true);
}
