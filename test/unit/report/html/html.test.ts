import { describe, expect, it } from 'vitest';
import { embeddedFile, embeddedJson, html } from '../../../../infra/report/html/html.ts';

describe('markup', () => {
  it('escapes whatever is put into it, in text and in attributes', () => {
    const text = `<img src=x onerror="a('b')">&`;
    expect(`${html`<p title="${text}">${text}</p>`}`).toBe(
      '<p title="&lt;img src=x onerror=&quot;a(&#39;b&#39;)&quot;&gt;&amp;">&lt;img src=x onerror=&quot;a(&#39;b&#39;)&quot;&gt;&amp;</p>',
    );
  });

  it('takes markup made the same way, and lists of it; what only looks like it is text', () => {
    const items = ['<a>', 'b'].map((text) => html`<li>${text}</li>`);
    expect(`${html`<ul>${items}${undefined}${false}${0}</ul>`}`).toBe(
      '<ul><li>&lt;a&gt;</li><li>b</li>0</ul>',
    );
    const forged = { toString: () => '<script>' } as unknown as string;
    expect(() => `${html`${forged}`}`).toThrow();
  });

  it('shows controls and signs that turn the direction of writing as what they are', () => {
    expect(`${html`${'a\u202eb\u0000c\u2066'}`}`).toBe('a\\u202eb\\u0000c\\u2066');
  });

  it('embeds JSON that cannot end its element, and reads back the same', () => {
    const value = { text: '</script><!-- <script>' };
    const text = `${embeddedJson(value)}`;
    expect(text).not.toContain('<');
    expect(JSON.parse(text)).toEqual(value);
    const turned = { 'a\u202e': ['\u0007', 1, null] };
    expect(JSON.parse(`${embeddedJson(turned)}`)).toEqual({ 'a\\u202e': ['\\u0007', 1, null] });
  });

  it('refuses a file that would end its element', () => {
    expect(() => embeddedFile('a </STYLE> b')).toThrow(/its own end/);
  });
});
