"""What a command works at: who gives it stands there, once."""

import ast
from dataclasses import replace
from pathlib import Path

import pbx.administration
from pbx.administration.desk.desk import open_desk
from pbx.administration.desk.rights import Actor

ANNA = Actor("anna", "user", "21")


def test_a_command_has_a_desk_of_its_own_with_what_all_share(tmp_path: Path) -> None:
    desk = open_desk(tmp_path)
    own = desk.by(ANNA, "user set", "token")
    assert (own.actor, own.verb, own.session) == (ANNA, "user set", "token")
    assert (desk.actor.role, desk.verb, desk.session) == ("root", "", "")
    assert own.folder is desk.folder
    assert own.turns is desk.turns
    assert own.access is desk.access
    desk.host.pages = ("http://192.0.2.1/",)
    assert own.host.pages == desk.host.pages, "what is told later, all of them learn"
    desk.close()


def test_no_function_is_told_twice_who_acts() -> None:
    twice = []
    for path in Path(pbx.administration.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                kinds = {each.annotation.id for each in node.args.args if isinstance(each.annotation, ast.Name)}
                twice += [f"{path.name}: {node.name}"] if kinds >= {"Desk", "Actor"} else []
    assert not twice


def test_a_change_is_listed_as_theirs_who_made_it(tmp_path: Path) -> None:
    desk = open_desk(tmp_path)
    desk.by(ANNA, "office set").save(replace(desk.office, name="Lamm"))
    [change] = desk.records.changes.all()
    assert (change.who, change.role, change.verb) == ("anna", "user", "office set")
    desk.close()
