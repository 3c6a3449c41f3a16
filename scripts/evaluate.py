"""Score a model on annotated articles: ``python scripts/evaluate.py [data.files=[export.json]] [key=value …]``."""

from pathlib import Path

from ner.command import Settings, run, save_record
from ner.config import EvaluateConfig, read_config
from ner.data.collection import select_documents
from ner.evaluation.evaluation import evaluate
from ner.evaluation.mistakes import mistakes_text
from ner.extractor import Extractor


def main(settings: Settings) -> None:
    config = read_config(EvaluateConfig, settings)
    data, model, folder = config.data, config.model, Path(config.output.dir)
    documents, problems = select_documents(data.files, data.collection, data.splits, data.split, data.types)
    extractor = Extractor.from_pretrained(model.path, model.revision, model.device, model.batch_size, config.decoding)
    evaluation = evaluate(extractor, documents)
    save_record(folder, settings)
    evaluation.write(folder, "scores")
    print("\n".join([*(f"note: {problem}" for problem in problems), evaluation.scores.as_text(), ""]))
    print(mistakes_text(evaluation.mistakes, config.output.mistakes))
    print(f"\nall in {folder}")


if __name__ == "__main__":
    run("evaluate", main)
