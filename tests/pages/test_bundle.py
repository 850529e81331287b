"""Many modules as one script: in the order of their imports, each with its own names, and no form that is not known."""

import re

import pytest

from mlflow_pitfalls.pages.assets import ROOTS, source_files
from mlflow_pitfalls.pages.bundle import script, style

IMPORTED = re.compile(r'^import \{ ([\w ,]+) \} from "\./(\w+\.js)";', re.MULTILINE)
RETURNED = re.compile(r"^const \$(\w+) = \(\(\) => \{\n.*?^return \{ ([\w ,]*) \};$", re.MULTILINE | re.DOTALL)
SOURCES = {
    "a.js": 'import { b, C } from "./b.js";\nimport lib from "./vendor/lib.mjs";\nrun(lib(b, C));\n',
    "b.js": (
        'import { d } from "./d.js";\nexport const b = 1;\nexport async function later() {}\n'
        "export class C {}\nexport { d };\n"
    ),
    "d.js": "const hidden = 2;\nexport function d() {}\n",
}


def test_a_module_comes_after_what_it_imports():
    made = script(SOURCES, ("d.js", "a.js"))
    assert re.findall(r"^const \$(\w+) = \(\(\)", made, re.MULTILINE) == ["d", "b", "a"]


def test_exports_are_returned_and_imports_looked_up():
    made = script(SOURCES, ("a.js",))
    assert "return { b, later, C, d };" in made
    assert "const { b, C } = $b;" in made
    assert "export" not in made


def test_libraries_are_imported_once_at_the_top():
    made = script(SOURCES, ("a.js",))
    assert made.startswith('import lib from "./vendor/lib.mjs";\n')
    assert made.count("import ") == 1


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


def test_every_name_that_is_imported_is_exported_there():
    sources = {asset.path: asset.content.decode() for asset in source_files()}
    returned = {name: set(names.split(", ")) for name, names in RETURNED.findall(script(sources, ROOTS))}
    assert len(returned) > 20
    for path, text in sources.items():
        for names, other in IMPORTED.findall(text) if path.endswith(".js") else ():
            assert set(names.split(", ")) <= returned[other.removesuffix(".js")], path


def test_styles_keep_their_order():
    assert style({"b.css": "b", "a.css": "a"}, ("b.css", "a.css")) == "b\na"
