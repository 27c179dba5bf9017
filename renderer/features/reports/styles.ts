/** Takes the style sheets out of a self-contained HTML document. Nothing else of it is touched. */
export function splitStyles(html: string): { readonly html: string; readonly styles: string } {
  const sheets: string[] = [];
  const rest = html.replaceAll(/<style\b[^>]*>([\s\S]*?)<\/style\s*>/gi, (_, sheet: string) => {
    sheets.push(sheet);
    return '';
  });
  return { html: rest, styles: sheets.join('\n') };
}
