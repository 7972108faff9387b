"""Takes invented people's recommendations away again."""

from collections.abc import Collection

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from beteiligung.council.ballots import ballot_name
from beteiligung.council.recommendation_models import (
    AgendaItem,
    Ballot,
    Poll,
    Recommendation,
    RecommendationComment,
    RecommendationCommitment,
    RecommendationVersion,
)


def forget_examples(session: Session, account_ids: Collection[int]) -> list[int]:
    """Delete what example members drafted and put on the agenda, and take those people out of the rest; returns what is gone."""
    begun = select(col(RecommendationVersion.recommendation_id)).where(
        col(RecommendationVersion.number) == 1, col(RecommendationVersion.account_id).in_(account_ids)
    )
    numbers = list(session.execute(begun).scalars())
    polls = select(col(Poll.id)).where(col(Poll.recommendation_id).in_(numbers))
    still_open = session.execute(select(col(Poll.id)).where(col(Poll.settled_at).is_(None))).scalars()
    names = [ballot_name(poll, account) for poll in still_open if poll is not None for account in account_ids]
    session.execute(delete(Ballot).where(col(Ballot.poll_id).in_(polls) | col(Ballot.voter).in_(names)))
    for model in (Poll, RecommendationComment, RecommendationCommitment, RecommendationVersion):
        session.execute(delete(model).where(col(model.recommendation_id).in_(numbers)))
    session.execute(delete(Recommendation).where(col(Recommendation.id).in_(numbers)))
    session.execute(delete(AgendaItem).where(col(AgendaItem.account_id).in_(account_ids)))
    for model in (RecommendationComment, RecommendationVersion):
        session.execute(update(model).where(col(model.account_id).in_(account_ids)).values(account_id=None))
    session.execute(update(Recommendation).where(col(Recommendation.answer_by).in_(account_ids)).values(answer_by=None))
    return numbers
