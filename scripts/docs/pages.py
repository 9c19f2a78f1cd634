"""Makes the pages of the documentation site: the project's documents as HTML.

usage: pages.py <folder>

A link to a document becomes one to its page, and must lead to something that is there, down to the heading. What is in the repository
and not on the site is named without a link.
"""

import html
import pathlib
import posixpath
import re
import sys
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = ROOT / "scripts" / "docs"
# The menu: its titles, and the documents below them.
GROUPS = {
    "Start": ["README.md", "CHANGELOG.md", "SECURITY.md"],
    "Run it": ["docs/operations.md", "docs/scaling.md", "docs/configuration.md", "docs/accounts.md", "docs/mail.md", "docs/audit.md",
               "docs/security.md", "docs/import-export.md", "docs/migrating-from-express.md", "bench/results.md"],
    "Call it": ["docs/clients.md", "docs/api-keys.md", "docs/tokens.md", "docs/refresh-tokens.md", "docs/revocation-feed.md", "docs/forward-auth.md",
                "clients/typescript/README.md", "clients/python/README.md", "examples/nextjs/README.md"],
    "Work on it": ["CONTRIBUTING.md", "docs/architecture.md", "docs/adr/README.md", "docs/dependencies.md", "RELEASING.md"],
}
# What is on the site beside the documents, and which path of the repository leads there.
REFERENCE, CODE = "reference/index.html", "code/index.html"
ELSEWHERE = {"api/openapi.yaml": REFERENCE, "src": CODE}
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'self'; img-src 'self' data:">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{up}style.css">
</head>
<body>
<nav>
{menu}
</nav>
<main>
{body}
</main>
</body>
</html>
"""


def slug(text: str) -> str:
    """The name of a heading in links, the same on the site as where the repository is shown."""
    return re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")


def text_of(inline: Token) -> str:
    return "".join(token.content for token in inline.children or [] if token.type in ("text", "code_inline"))


class Document:
    """One Markdown file, and its page."""

    def __init__(self, root: pathlib.Path, path: str, markdown: MarkdownIt):
        self.path = path
        self.page = "index.html" if path == "README.md" else path.removesuffix(".md").replace("README", "index") + ".html"
        self.tokens = markdown.parse((root / path).read_text())
        self.title = path
        self.anchors: set[str] = set()
        self._name_headings()

    def links(self) -> Iterator[Token]:
        for token in self.tokens:
            yield from (child for child in token.children or [] if child.type == "link_open")

    def pictures(self) -> set[str]:
        """The paths of the pictures that it shows, relative to its own folder: as images in Markdown, or as elements of HTML."""
        children = [child for token in self.tokens for child in token.children or []]
        shown = {str(child.attrGet("src")) for child in children if child.type == "image"}
        for token in [*self.tokens, *children]:
            if token.type in ("html_block", "html_inline"):
                shown |= set(re.findall(r'\b(?:src|srcset)="([^":]+)"', token.content))
        return shown

    def _name_headings(self):
        for heading, inline in zip(self.tokens, self.tokens[1:]):
            if heading.type != "heading_open":
                continue
            name = slug(text_of(inline))
            heading.attrSet("id", name)
            self.anchors.add(name)
            if heading.tag == "h1":
                self.title = text_of(inline)


class Site:
    """All documents, whose links are checked against what exists."""

    def __init__(self, root: pathlib.Path, groups: dict[str, list[str]]):
        self.root = root
        self.groups = groups
        self.markdown = MarkdownIt("commonmark", {"html": True}).enable("table")
        listed = [path for paths in groups.values() for path in paths]
        decisions = sorted(str(path.relative_to(root)) for path in (root / "docs" / "adr").glob("0*.md"))
        self.documents = {path: Document(root, path, self.markdown) for path in [*listed, *decisions]}
        self.mistakes: list[str] = []

    def forgotten(self) -> list[str]:
        """Names the documents that are in no menu."""
        found = (str(path.relative_to(self.root)) for path in [*(self.root / "docs").glob("*.md"), *self.root.glob("*.md")])
        return [f"{path} is in no menu of scripts/docs/pages.py" for path in sorted(found) if path not in self.documents]

    def write(self, folder: pathlib.Path):
        for document in self.documents.values():
            self._lead_links(document)
        self.mistakes += self.forgotten()
        if self.mistakes:
            return
        for document in self.documents.values():
            page = folder / document.page
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(self._page(document))
            for picture in document.pictures():
                copy = page.parent / picture
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(((self.root / document.path).parent / picture).read_bytes())
        (folder / "style.css").write_text((HERE / "style.css").read_text())

    def _lead_links(self, document: Document):
        for picture in sorted(document.pictures()):
            if not ((self.root / document.path).parent / picture).is_file():
                self.mistakes.append(f"{document.path}: {picture}: there is no such file")
        for link in document.links():
            target = str(link.attrGet("href"))
            if re.match(r"[a-z]+:", target):
                continue
            path, _, anchor = target.partition("#")
            path = posixpath.normpath(posixpath.join(posixpath.dirname(document.path), path)) if path else document.path
            new = self._place_of(path, anchor, document, target)
            if new is None:
                link.tag, link.attrs = "span", {}
            else:
                link.attrSet("href", new)
        self._close_spans(document)

    def _place_of(self, path: str, anchor: str, document: Document, target: str) -> str | None:
        """Where the link leads on the site; None if the site has no page for it."""
        other = self.documents.get(path) or self.documents.get(f"{path}/README.md")
        if other is not None:
            if anchor and anchor not in other.anchors:
                self.mistakes.append(f"{document.path}: {target}: {other.path} has no such heading")
            return relative(document.page, other.page) + (f"#{anchor}" if anchor else "")
        if path in ELSEWHERE:
            return relative(document.page, ELSEWHERE[path])
        if not (self.root / path).exists():
            self.mistakes.append(f"{document.path}: {target}: there is no such file")
        return None

    @staticmethod
    def _close_spans(document: Document):
        """Gives the end of each link the tag of its beginning; links are not nested."""
        for token in document.tokens:
            tag = "a"
            for child in token.children or []:
                if child.type == "link_open":
                    tag = child.tag
                elif child.type == "link_close":
                    child.tag = tag

    def _page(self, document: Document) -> str:
        body = self.markdown.renderer.render(document.tokens, self.markdown.options, {})
        return PAGE.format(
            title=html.escape(document.title if document.path == "README.md" else f"{document.title} · Gatehouse"),
            up=relative(document.page, "style.css").removesuffix("style.css"),
            menu=self._menu(document),
            body=body,
        )

    def _menu(self, document: Document) -> str:
        def entry(page: str, title: str) -> str:
            here = ' aria-current="page"' if page == document.page else ""
            return f'<li><a href="{relative(document.page, page)}"{here}>{html.escape(title)}</a></li>'

        parts = []
        for title, paths in self.groups.items():
            entries = [entry(self.documents[path].page, self.documents[path].title) for path in paths]
            if title == "Call it":
                entries.insert(0, entry(REFERENCE, "HTTP interface"))
            if title == "Work on it":
                entries.append(entry(CODE, "The code"))
            parts.append(f"<h2>{title}</h2>\n<ul>\n" + "\n".join(entries) + "\n</ul>")
        return "\n".join(parts)


def relative(page: str, target: str) -> str:
    return posixpath.relpath(target, posixpath.dirname(page) or ".")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    site = Site(ROOT, GROUPS)
    site.write(folder)
    if site.mistakes:
        sys.exit("\n".join(site.mistakes))


if __name__ == "__main__":
    main()
