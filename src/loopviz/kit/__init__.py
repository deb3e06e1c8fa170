"""Task kits: what to publish so that people can label frames, be asked about their work, and be paid fairly."""

from loopviz.kit.make import KitResult, make_kit
from loopviz.kit.pay import hourly, reward_for
from loopviz.kit.plan import KitPlan
from loopviz.kit.questions import Question, SurveyQuestions, load_survey

__all__ = ["KitPlan", "KitResult", "Question", "SurveyQuestions", "hourly", "load_survey", "make_kit", "reward_for"]
