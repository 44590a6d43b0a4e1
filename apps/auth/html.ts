// HTML whose values are escaped unless they are HTML themselves.

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export class Html {
  constructor(readonly text: string) {}
}

type Part = Html | string | readonly Html[];

/** Values belong between tags or into quoted attributes. */
export function html(literals: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(literals.map((literal, i) => literal + shown(parts[i] ?? '')).join(''));
}

function shown(part: Part): string {
  if (typeof part === 'string') return part.replaceAll(/[&<>"']/g, (sign) => ESCAPES[sign] ?? sign);
  return part instanceof Html ? part.text : part.map(({ text }) => text).join('');
}
