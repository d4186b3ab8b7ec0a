/** A new element with a class and, where it has one, a text. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  text = ''
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = text;
  return node;
}

/** Set the text of an element; one that says this already is left alone. */
export function write(node: HTMLElement, text: string): void {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

/** A new button that says what it does. */
export function button(
  className: string,
  text: string,
  onClick: () => void
): HTMLButtonElement {
  const node = element('button', className, text);
  node.type = 'button';
  node.onclick = onClick;
  return node;
}
