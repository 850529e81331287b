"""Many modules as one script: in the order of their imports, each with its own names, and no form that is not known."""

import re
from html.parser import HTMLParser

import pytest

from mlflow_pitfalls.pages.assets import ROOTS, source_files
from mlflow_pitfalls.pages.bundle import imported, scripts, style

IMPORTED = re.compile(r'^import \{ ([\w ,]+) \} from "\./(\w+\.js)";', re.MULTILINE)
RETURNED = re.compile(
    r"^const \$(\w+) = \(\(\) => \{\n(?:(?!^const \$).)*?^return \{ ([\w ,]*) \};$", re.MULTILINE | re.DOTALL
)
SOURCES = {
    "a.js": 'import { b, C } from "./b.js";\nimport lib from "./vendor/lib.mjs";\nrun(lib(b, C));\n',
    "b.js": (
        'import { d } from "./d.js";\nexport const b = 1;\nexport async function later() {}\n'
        "export class C {}\nexport { d };\n"
    ),
    "d.js": "const hidden = 2;\nexport function d() {}\n",
    "vendor/lib.mjs": "var n=1;export default function(){return n}\n//# sourceMappingURL=lib.mjs.map",
    "vendor/many.mjs": "var $=1,x=2;export{$ as one,x as Two};\n//# sourceMappingURL=many.mjs.map",
}


def script(sources, roots):
    return "".join(scripts(sources, roots))


def test_a_module_comes_after_what_it_imports():
    made = script(SOURCES, ("d.js", "a.js"))
    assert re.findall(r"^const \$(\w+) = \(\(\)", made, re.MULTILINE) == ["d", "b", "vendor_lib", "a"]


def test_exports_are_returned_and_imports_looked_up():
    made = script(SOURCES, ("a.js",))
    assert "return { b, later, C, d };" in made
    assert "const { b, C } = $b;" in made
    assert "export" not in made


def test_what_one_script_holds_the_next_takes_from_it():
    first, second = scripts(SOURCES, ("b.js", "a.js"))
    assert re.findall(r"^const \$(\w+) = \(\(\)", first, re.MULTILINE) == ["d", "b"]
    assert re.findall(r"^const \$(\w+) = \(\(\)", second, re.MULTILINE) == ["vendor_lib", "a"]
    assert first.startswith('"use strict";\n')
    assert second.startswith('"use strict";\n')
    assert imported(SOURCES, ("b.js",)) == {"b.js", "d.js"}


def test_minified_libraries_return_what_they_export():
    sources = {**SOURCES, "c.js": 'import { Two, one } from "./vendor/many.mjs";\nrun(Two, one);\n'}
    made = script(sources, ("a.js", "c.js"))
    assert "var n=1;return function(){return n}\n})();" in made
    assert "var $=1,x=2;return { one: $, Two: x };\n})();" in made
    assert "const lib = $vendor_lib;" in made
    assert "const { Two, one } = $vendor_many;" in made
    assert "sourceMappingURL" not in made


@pytest.mark.parametrize(
    "line",
    [
        "export default 1;",
        "export let moving = 1;",
        "export { a as b };",
        'export * from "./d.js";',
        'import * as all from "./d.js";',
        'import { d as e } from "./d.js";',
        'import "./d.js";',
        'import { d } from "https://elsewhere/d.js";',
        "var n=1;export default n;",
        "var n=1;export{n as one};n=2;",
        "const here = import.meta.url;",
    ],
)
def test_other_forms_are_refused(line):
    with pytest.raises(ValueError, match="not a known form"):
        script({"a.js": f"{line}\n", "d.js": SOURCES["d.js"]}, ("a.js",))


@pytest.mark.parametrize(
    "other", ['import { a } from "./a.js";\n', 'import { nothing } from "./missing.js";\n'], ids=["circle", "missing"]
)
def test_circles_and_missing_modules_are_refused(other):
    with pytest.raises(ValueError, match="in a circle, or not there"):
        script({"a.js": 'import { b } from "./b.js";\n', "b.js": other}, ("a.js",))


@pytest.mark.parametrize("line", ['const end = "</SCRIPT>";', 'const begun = "<!--";'])
def test_what_html_reads_inside_of_a_script_is_refused(line):
    with pytest.raises(ValueError, match="not for HTML"):
        script({"a.js": f"{line}\n"}, ("a.js",))


def test_a_page_with_the_scripts_in_it_holds_them_whole():
    found = []

    class Reader(HTMLParser):
        def handle_data(self, data):
            found.append(data)

    texts = {asset.path: asset.content.decode() for asset in source_files()}
    reader = Reader()
    reader.feed("".join(f"<script>{text}</script>" for text in scripts(texts, ROOTS)))
    reader.close()
    assert "".join(found) == script(texts, ROOTS)


def test_every_name_that_is_imported_is_exported_there():
    sources = {asset.path: asset.content.decode() for asset in source_files()}
    returned = {name: set(names.split(", ")) for name, names in RETURNED.findall(script(sources, ROOTS))}
    assert len(returned) > 20
    for path, text in sources.items():
        for names, other in IMPORTED.findall(text) if path.endswith(".js") else ():
            assert set(names.split(", ")) <= returned[other.removesuffix(".js")], path


def test_styles_keep_their_order():
    assert style({"b.css": "b", "a.css": "a"}, ("b.css", "a.css")) == "b\na"
