"""Runs Splink on one file: `.venv-bench/bin/python splink_run.py MODEL RECORDS CLUSTERS`.

MODEL is a set that `splink_labelled` or `splink_generated` models. Writes `record_id,cluster_id`, and prints what was
done as JSON.
"""

import json
import logging
import sys
import time

import duckdb
from splink import DuckDBAPI, Linker, SettingsCreator
from splink_generated import GENERATED
from splink_labelled import LABELLED
from splink_model import MACROS, Model

MODELS = {**LABELLED, **GENERATED}
THRESHOLD = 0.95
U_PAIRS = 1e6
SEED = 2026


def settings(model: Model) -> SettingsCreator:
    """Put the model into Splink's words; columns that are only needed while it scores are not kept."""
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record_id",
        comparisons=list(model.comparisons),
        blocking_rules_to_generate_predictions=list(model.block),
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
    )


def trained(linker: Linker, model: Model) -> list[str]:
    """Train as Splink's documents advise: the prior from sure rules, u from random pairs, m by EM on two rules."""
    failed = []
    linker.training.estimate_probability_two_random_records_match(list(model.sure), recall=model.recall)
    linker.training.estimate_u_using_random_sampling(max_pairs=U_PAIRS, seed=SEED)
    for rule in model.train:
        try:
            linker.training.estimate_parameters_using_expectation_maximisation(rule)
        except Exception as error:  # noqa: BLE001  whatever ends a training rule is said in the results
            failed.append(f"training on {rule.get_blocking_rule('duckdb').blocking_rule_sql} failed: {error}")
    return failed


def main() -> None:
    """Read the command line and run."""
    name, records, clusters = sys.argv[1:]
    model = MODELS[name]
    logging.getLogger("splink").setLevel(logging.ERROR)
    connection = duckdb.connect()
    started = time.perf_counter()
    for macro in MACROS:
        connection.execute(macro)
    connection.execute(
        "CREATE TABLE records AS SELECT * FROM read_csv(?, header = true, all_varchar = true)", [records]
    )
    connection.execute(f"CREATE TABLE prepared AS {model.prepare}")
    database = DuckDBAPI(connection)
    linker = Linker(database.register("prepared"), settings(model))
    read = time.perf_counter()
    failed = trained(linker, model)
    taught = time.perf_counter()
    pairs = linker.inference.predict(threshold_match_probability=0.5)
    found = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, THRESHOLD)
    found.as_duckdbpyrelation().project("record_id, cluster_id").write_csv(clusters)
    done = time.perf_counter()
    seconds = {"prepare": read - started, "train": taught - read, "predict and cluster": done - taught}
    print(json.dumps({"seconds": seconds, "words": "; ".join(failed)}))


if __name__ == "__main__":
    main()
