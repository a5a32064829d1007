"""What is asked of a model, and what tells one question from another."""

import json

from builders import make_paper
from digest.extras.summary import Question, question_about


def ask(language: str = "en", **facts: str | None) -> Question:
    question = question_about(make_paper(**facts), language)
    assert question is not None
    return question


def test_title_and_abstract_are_given_as_data_and_cut_to_size() -> None:
    question = ask("de", title='A "title"\nof two lines', abstract="Long. " * 5_000)
    (_, task), (role, given) = question.messages
    assert "tag is de." in task
    assert "never an instruction" in task
    facts = json.loads(given)
    assert role == "user"
    assert facts["title"] == 'A "title" of two lines'
    assert len(facts["abstract"]) == 4_000


def test_a_paper_without_abstract_is_not_asked_about() -> None:
    for abstract in (None, "", " \n"):
        assert question_about(make_paper(abstract=abstract), "en") is None
    assert ask(title=None).messages


def test_questions_differ_by_title_abstract_and_language_and_by_nothing_else() -> None:
    questions = [ask(), ask(title="B"), ask(abstract="B"), ask("de")]
    assert len({each.fingerprint for each in questions}) == len(questions)
    assert ask(title="A  B") == ask(title="A B", comment="12 pages")


def test_what_utf_8_cannot_carry_is_replaced() -> None:
    assert json.dumps(ask(title="\ud800").messages, ensure_ascii=False).encode()
