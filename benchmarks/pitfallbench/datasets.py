"""Real tables that the cases are made from: scikit-learn's own, those of the examples, and a folder of further ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn import datasets as bundled

SHIPPED = Path(__file__).parents[2] / "examples" / "data"
CLASSES, NUMBERS = "classes", "numbers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a table is read, and what is honestly to be said about it as it stands.

    Attributes:
        read: Gives features and target; ids, dates and parts of the target are dropped, as a careful user would.
        task: ``classes`` or ``numbers``.
        known: Checks whose claim is true of the unspoilt table, with the reason: no false alarm there.
        folder: None for a set that comes with scikit-learn; ``shipped`` or ``given`` for a file.
    """

    read: Callable[[Path], tuple[pd.DataFrame, pd.Series]]
    task: str = CLASSES
    known: Mapping[str, str] = field(default_factory=dict)
    folder: str | None = None
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table in memory."""

    name: str
    X: pd.DataFrame
    y: pd.Series
    task: str
    known: Mapping[str, str]

    @property
    def numeric(self) -> list[str]:
        """Numeric columns of at least 10 values."""
        columns = self.X.select_dtypes("number")
        return [name for name in columns if columns[name].nunique() >= 10]


def _sklearn(load: Callable[..., Any], task: str = CLASSES, **known: str) -> Recipe:
    def read(_: Path) -> tuple[pd.DataFrame, pd.Series]:
        found = load(as_frame=True)
        return found.data, found.target

    return Recipe(read=read, task=task, known=_dashed(known))


def _file(
    name: str,
    target: str | int,
    *,
    drop: tuple[str, ...] = (),
    task: str = CLASSES,
    folder: str = "given",
    change: Callable[[pd.DataFrame], pd.DataFrame] = lambda table: table,
    options: Mapping[str, Any] | None = None,
    **known: str,
) -> Recipe:
    def read(path: Path) -> tuple[pd.DataFrame, pd.Series]:
        table = pd.read_csv(path, **(options or {}))
        table.columns = [str(column) if isinstance(column, str) else f"x{column}" for column in table.columns]
        goal = target if isinstance(target, str) else f"x{target}"
        table = change(table)
        return table.drop(columns=[goal, *drop]), table[goal]

    return Recipe(read=read, task=task, known=_dashed(known), folder=folder, file=name)


def _dashed(known: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): reason for name, reason in known.items()}


def _distinct(table: pd.DataFrame) -> pd.DataFrame:
    """Without repeated features: duplicates are an injection of ours, not part of a clean table."""
    return table.loc[~table.iloc[:, :-1].duplicated()].reset_index(drop=True)


def _good_wine(table: pd.DataFrame) -> pd.DataFrame:
    return _distinct(table).assign(quality=lambda t: np.where(t["quality"] >= 6, "good", "plain"))


def _total_charges(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(TotalCharges=pd.to_numeric(table["TotalCharges"], errors="coerce"))


_FEW = "its rarest classes have a few dozen rows at most"
_NO_HEADER = {"header": None}

RECIPES: dict[str, Recipe] = {
    "breast_cancer": _sklearn(bundled.load_breast_cancer),
    "digits": _sklearn(bundled.load_digits, constant_feature="three pixels are always 0"),
    "iris": _sklearn(
        bundled.load_iris,
        simple_rule_suffices="the petal's width alone tells the species as well as a model does",
        too_few_minority="50 rows a class",
    ),
    "wine": _sklearn(bundled.load_wine, too_few_minority="48 rows of the rarest class"),
    "diabetes": _sklearn(bundled.load_diabetes, NUMBERS),
    "abalone": _file("abalone.csv", "rings", task=NUMBERS, folder="shipped"),
    "adult_income": _file("adult_income.csv", "class", folder="shipped", missing_values="occupation: unknown, 6 %"),
    "bank_marketing": _file(
        "bank_marketing.csv",
        "y",
        folder="shipped",
        options={"sep": ";"},
        class_imbalance="8 : 1",
        accuracy_paradox="8 : 1",
    ),
    "bike_day": _file(
        "bike_day.csv", "cnt", drop=("instant", "dteday", "casual", "registered"), task=NUMBERS, folder="shipped"
    ),
    "german_credit": _file("german_credit.csv", "credit_risk", folder="shipped"),
    "telco_churn": _file("telco_churn.csv", "Churn", drop=("customerID",), folder="shipped", change=_total_charges),
    "wine_red": _file("wine_red.csv", "quality", folder="shipped", change=_good_wine),
    "california_housing": _file("california_housing_raw.csv", "median_house_value", task=NUMBERS),
    "creditcard": _file("creditcard_sample.csv", "Class", drop=("Time",), class_imbalance="10 : 1"),
    "glass": _file("glass.csv", "Type", too_few_minority=_FEW, class_imbalance="8 : 1", class_missing_in_split=_FEW),
    "insurance": _file("insurance.csv", "charges", task=NUMBERS),
    "mammography": _file(
        "mammography.csv", 6, options=_NO_HEADER, change=_distinct, class_imbalance="30 : 1", too_few_minority=_FEW
    ),
    "mpg": _file("mpg.csv", "mpg", drop=("name",), task=NUMBERS),
    "mushrooms": _file(
        "mushrooms.csv", "type", constant_feature="veil_type", simple_rule_suffices="the odour alone is right in 98.5 %"
    ),
    "oil_spill": _file(
        "oil_spill.csv",
        49,
        drop=("x0",),
        options=_NO_HEADER,
        class_imbalance="22 : 1",
        too_few_minority=_FEW,
        constant_feature="column 22",
    ),
    "parkinsons": _file("parkinsons.csv", "status", drop=("name",), too_few_minority="48 rows"),
    "penguins": _file("penguins.csv", "species", too_few_minority="68 rows, of which a part is trained on"),
    "pima_diabetes": _file("pima_diabetes.csv", 8, options=_NO_HEADER),
    "sonar": _file("sonar.csv", 60, options=_NO_HEADER),
    "taxis": _file(
        "taxis.csv",
        "fare",
        drop=("total", "tip", "tolls", "pickup", "dropoff", "pickup_zone", "dropoff_zone"),
        task=NUMBERS,
        simple_rule_suffices="the distance alone explains the fare",
        skewed_target="fares are skewed",
    ),
    "titanic": _file(
        "titanic_train.csv",
        "Survived",
        drop=("PassengerId", "Name", "Ticket"),
        missing_values="Cabin 77 %, Age 20 %",
        high_cardinality_feature="Cabin",
    ),
}


def names(data: Path | None = None) -> list[str]:
    """The tables that can be had: those that ship, and those whose file stands in the given folder."""
    return [
        name
        for name, recipe in RECIPES.items()
        if recipe.folder != "given" or (data is not None and (data / recipe.file).is_file())
    ]


@cache
def table(name: str, data: Path | None = None) -> Table:
    """One table, read once a process.

    Raises:
        KeyError: There is no such table.
        FileNotFoundError: It does not ship, and the folder was not given or does not hold it.
    """
    recipe = RECIPES[name]
    folder = SHIPPED if recipe.folder == "shipped" or data is None else data
    X, y = recipe.read(folder / recipe.file)
    if recipe.task == CLASSES:
        y = pd.Series(pd.factorize(y, sort=True)[0], name=str(y.name))
    return Table(
        name=name, X=X.reset_index(drop=True), y=y.reset_index(drop=True), task=recipe.task, known=recipe.known
    )
