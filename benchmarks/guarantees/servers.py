"""Guards of tracking servers, disks, processes and signals."""

from __future__ import annotations

from benchmarks.guarantees.guard import Guard

ERRORS = "src/mlflow_pitfalls/errors.py"
API = "src/mlflow_pitfalls/api.py"
SESSION = "src/mlflow_pitfalls/session.py"
BREAKER = "src/mlflow_pitfalls/sinks/breaker.py"
DELIVERY = "src/mlflow_pitfalls/sinks/delivery.py"
READING = "src/mlflow_pitfalls/sinks/reading.py"
SINK = "src/mlflow_pitfalls/sinks/mlflow_sink.py"
SPOOL = "src/mlflow_pitfalls/sinks/spool.py"
WORKER = "src/mlflow_pitfalls/sinks/worker.py"
WRITER = "src/mlflow_pitfalls/sinks/writer.py"

FAULTS_OF_OURS = (
    Guard(
        fault=1,
        promise="the script goes on with its own result; each place of the fault is told once",
        file=ERRORS,
        standing="        if _reraise:\n            raise\n        report_once(place, error)",
        removed="        raise",
        tests=("tests/api/test_faults.py::test_the_script_goes_on[mlflow_pitfalls.session:run_checks]",),
    ),
    Guard(
        fault=2,
        promise="what our code exits with is swallowed like any other fault",
        file=ERRORS,
        standing="    except BaseException as error:",
        removed="    except Exception as error:",
        tests=("tests/test_errors.py::test_what_we_raise_is_swallowed_and_told_without_its_text[error1]",),
    ),
    Guard(
        fault=2,
        promise="Ctrl-C inside our code reaches the user's program",
        file=ERRORS,
        standing="    except (KeyboardInterrupt, GeneratorExit):\n        raise\n",
        removed="",
        tests=("tests/test_errors.py::test_what_is_the_users_passes[KeyboardInterrupt]",),
    ),
)

PROCESSES = (
    Guard(
        fault=9,
        promise="a spawned child that runs enable() again writes nothing",
        file="src/mlflow_pitfalls/hooks/private.py",
        standing=(
            "    return multiprocessing.parent_process() is not None or getattr(\n"
            "        multiprocessing.current_process(), private_names.INHERITING.name, False\n"
            "    )"
        ),
        removed="    return False",
        tests=("tests/api/test_lifecycle.py::test_a_spawned_child_writes_nothing_however_it_was_enabled",),
    ),
    Guard(
        fault=9,
        promise="a child forked while a lock of ours is held ends as it would without us",
        file=API,
        standing="    _parents, _session = _session or _parents, None\n",
        removed="    _parents = _session\n",
        tests=("tests/guarantees/test_processes.py::test_a_child_forked_in_the_middle_of_a_capture_goes_its_own_way",),
    ),
    Guard(
        fault=30,
        promise="what finished before the process is killed is in the run",
        file=SESSION,
        standing="        self._writer.submit(draft.tracking_uri, partial(partial_items, record), droppable=True)\n",
        removed="",
        tests=("tests/api/test_enable.py::test_what_a_killed_process_has_seen_stays",),
    ),
    Guard(
        fault=30,
        promise="Ctrl-C while the exit waits for us ends the wait, without a traceback",
        file=API,
        standing='    with guard("writing the last reports"), suppress(KeyboardInterrupt):',
        removed='    with guard("writing the last reports"):',
        tests=("tests/guarantees/test_processes.py::test_ctrl_c_at_exit_ends_the_wait_without_a_word",),
    ),
    Guard(
        fault=30,
        promise="work of ours that the exit waits for no longer does not make the process abort",
        file=WRITER,
        standing="            if not finished:  # Ctrl-C, too\n                self.abandon()\n",
        removed="            pass\n",
        tests=("tests/guarantees/test_processes.py::test_work_of_ours_in_cpp_does_not_abort_the_process_at_its_end",),
    ),
    Guard(
        fault=30,
        promise="nor does it after Ctrl-C while the last runs are settled",
        file=SESSION,
        standing="        except BaseException:  # Ctrl-C",
        removed="        except ZeroDivisionError:  # Ctrl-C",
        tests=("tests/guarantees/test_processes.py::test_work_of_ours_in_cpp_does_not_abort_the_process_at_its_end",),
    ),
    Guard(
        fault=30,
        promise="nor does a step of it that lasts for seconds",
        file="src/mlflow_pitfalls/sinks/abandoning.py",
        standing="            if _computes(thread):",
        removed="            if False:",
        tests=("tests/guarantees/test_processes.py::test_work_of_ours_in_cpp_does_not_abort_the_process_at_its_end",),
    ),
    Guard(
        fault=31,
        promise="fits and folds work on while modules are being emptied",
        file="src/mlflow_pitfalls/hooks/wrappers.py",
        standing="            begin = sys.modules[FOLDS].begin\n        except (KeyError, AttributeError, TypeError):",
        removed="            begin = sys.modules[FOLDS].begin\n        except KeyError:",
        tests=("tests/guarantees/test_processes.py::test_fits_while_the_interpreter_shuts_down_are_as_without_us",),
    ),
    Guard(
        fault=31,
        promise="a fault of ours that cannot even be told stays silent",
        file=ERRORS,
        standing="    except Exception:  # noqa: BLE001 - interpreter shutdown",
        removed="    except ZeroDivisionError:  # noqa: BLE001 - interpreter shutdown",
        tests=("tests/test_errors.py::test_logging_that_fails_is_survived",),
    ),
)

SERVERS = (
    Guard(
        fault=24,
        promise="what could not be sent is in the spool",
        file=WRITER,
        standing="        entry = self.spool.put(tracking_uri, items)\n",
        removed="        entry = None\n",
        tests=("tests/sinks/test_writer.py::test_a_dead_server_leaves_it_in_the_spool[refused_uri]",),
    ),
    Guard(
        fault=24,
        promise="no call of the user's waits for a tracking server",
        file=WRITER,
        standing=(
            "        return self._builder.submit("
            "partial(self._build, tracking_uri, build, on_done), droppable=droppable)"
        ),
        removed="        self._build(tracking_uri, build, on_done)\n        return True",
        tests=("tests/guarantees/test_servers.py::test_the_users_calls_ask_no_server_and_the_exit_waits_for_none",),
    ),
    Guard(
        fault=25,
        promise="the process ends though a call to the server never does",
        file=WORKER,
        standing="name=self._name, daemon=True)",
        removed="name=self._name, daemon=False)",
        tests=("tests/sinks/test_worker.py::test_a_stuck_job_does_not_keep_the_process_alive",),
    ),
    Guard(
        fault=25,
        promise="a server that never answers is left after a second",
        file=BREAKER,
        standing="        with opener.open(address, timeout=timeout) as response:",
        removed="        with opener.open(address) as response:",
        tests=("tests/sinks/test_breaker.py::test_refused_hung_unresolved_and_no_http_at_all",),
    ),
    Guard(
        fault=25,
        promise="reading from a database or a hosted store that hangs delays a report by seconds only",
        file=READING,
        standing="    if local_path(tracking_uri) is not None:",
        removed="    if not is_http(tracking_uri):",
        tests=("tests/sinks/test_history.py::test_nor_does_a_database_or_a_hosted_store_that_hangs[databricks]",),
    ),
    Guard(
        fault=25,
        promise="a report that waits for a busy machine or server for a moment is not taken for one that hangs",
        file=WRITER,
        standing="IDLE_LOOKS = 3 ",
        removed="IDLE_LOOKS = 1 ",
        tests=("tests/sinks/test_writer.py::test_a_report_that_waits_for_a_moment_is_finished_at_exit",),
    ),
    Guard(
        fault=26,
        promise="an answer that is no run is not taken for a deleted run, whose report would be dropped",
        file=SINK,
        standing="        if run.info.run_id != items.run_id:",
        removed="        if False:",
        tests=(
            "tests/guarantees/test_servers.py::test_what_a_server_did_not_take_is_kept_whole_and_told_in_a_line[empty]",
        ),
    ),
    Guard(
        fault=26,
        promise="what a database refuses since another run has just told of the same rows is asked again",
        file="src/mlflow_pitfalls/sinks/data_inputs.py",
        standing="            if error.error_code != CONFLICT_CODE:",
        removed="            if True:",
        tests=("tests/guarantees/test_postgres.py::test_runs_on_the_same_rows_tell_of_them_at_once[served_store]",),
    ),
    Guard(
        fault=26,
        promise="views of an experiment that another process has just saved are no fault",
        file="src/mlflow_pitfalls/sinks/experiment_page.py",
        standing="        if error.error_code != CONFLICT_CODE or ",
        removed="        if True or ",
        tests=(
            "tests/guarantees/test_postgres.py"
            "::test_many_processes_give_a_new_experiment_its_views_at_once[served_store]",
        ),
    ),
    Guard(
        fault=26,
        promise="a store that refuses is told of once, however many runs it refuses",
        file=DELIVERY,
        standing="        if self._refusal_told:\n            return\n",
        removed="",
        tests=("tests/sinks/test_writer.py::test_a_refused_artifact_store_is_told_once_and_kept",),
    ),
    Guard(
        fault=27,
        promise="what is sent twice stands in the run once",
        file=SINK,
        standing="[metric for metric in items.metrics if run.data.metrics.get(metric.key) != metric.value]",
        removed="list(items.metrics)",
        tests=("tests/sinks/test_mlflow_sink.py::test_writing_again_adds_no_second_point_to_a_metric",),
    ),
    Guard(
        fault=27,
        promise="two senders at once do not send the same write",
        file=SPOOL,
        standing="        except Timeout:\n            yield False\n            return",
        removed="        except Timeout:\n            yield True\n            return",
        tests=("tests/sinks/test_spool.py::test_a_claim_is_held_by_one_process_and_dies_with_it",),
    ),
    Guard(
        fault=29,
        promise="a deleted run gets nothing",
        file=SINK,
        standing='        if run.info.lifecycle_stage != "active":\n            return WriteResult(Outcome.GONE)\n',
        removed="",
        tests=("tests/sinks/test_mlflow_sink.py::test_a_deleted_run_gets_nothing",),
    ),
)

STORES = (
    Guard(
        fault=28,
        promise="a spool that cannot be written raises nothing",
        file=SPOOL,
        standing="        except OSError:\n            return None\n        entry",
        removed="        except ZeroDivisionError:\n            return None\n        entry",
        tests=("tests/sinks/test_spool.py::test_a_folder_that_cannot_be_made_or_written_raises_nothing",),
    ),
    Guard(
        fault=28,
        promise="a disk that is full in the middle of a write leaves no half of it",
        file=SPOOL,
        standing="        with suppress(OSError):\n            Path(scratch).unlink()\n        raise",
        removed="        raise",
        tests=("tests/sinks/test_spool.py::test_a_full_disk_raises_nothing_and_leaves_nothing",),
    ),
    Guard(
        fault=28,
        promise="where artifacts are refused, tags and metrics are written",
        file="src/mlflow_pitfalls/sinks/outcome.py",
        standing="    if _is_local(error):\n        return Outcome.REFUSED\n",
        removed="",
        tests=("tests/sinks/test_mlflow_sink.py::test_an_artifact_store_that_refuses_costs_only_the_files",),
    ),
    Guard(
        fault=35,
        promise="a server that has no place for datasets is no server that does not answer",
        file=SINK,
        standing="        if error.error_code != NO_CALL_CODE:",
        removed="        if error:",
        tests=("tests/guarantees/test_older_servers.py::test_what_it_has_no_place_for_costs_nothing_else[page]",),
    ),
    Guard(
        fault=35,
        promise="a server without MLflow's newer calls gets all but what they would carry",
        file="src/mlflow_pitfalls/sinks/native_issues.py",
        standing="        if _knows_none(error):",
        removed="        if False:",
        tests=("tests/sinks/test_native_issues.py::test_a_folder_of_files_has_none_and_says_nothing",),
    ),
)

GUARDS: tuple[Guard, ...] = (*FAULTS_OF_OURS, *PROCESSES, *SERVERS, *STORES)
"""All guards, in the order of their faults."""
