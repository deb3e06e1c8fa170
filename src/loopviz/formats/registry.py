"""Every label format in one table: what it is called, how it is told from others, read and written.

Lists of formats, choices of the command line and messages follow from ``FORMATS``. Functions are named as
``"module:function"`` and imported when they are used, so that the table itself loads nothing. Formats of other packages
come in through the entry point ``loopviz.formats``, see ``loopviz.formats.plugins``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from loopviz.errors import ConfigError
from loopviz.formats.format import Format

YOLO = Format(
    name="yolo",
    title="YOLO",
    suffixes=(".data", ".yaml", ".yml"),
    detect="loopviz.formats.labels.yolo.detect:detect_yolo",
    read="loopviz.formats.labels.yolo.read:read_yolo",
    write="loopviz.formats.labels.yolo.write:write_yolo",
    losses="loopviz.formats.labels.yolo.write:losses",
    extras=("confidence", "track_id"),
    export="yolo",
    traceable="yolo-traceable",
)
COCO = Format(
    name="coco",
    title="COCO",
    suffixes=(".json",),
    detect="loopviz.formats.labels.coco.read:detect_coco",
    read="loopviz.formats.labels.coco.read:read_coco",
    write="loopviz.formats.labels.coco.write:write_coco",
    files="loopviz.formats.labels.coco.read:coco_files",
    losses="loopviz.formats.labels.coco.write:losses",
    file_name="instances.json",
    box_form="corner",
    own_ids=True,
    keeps_origin=True,
    export="coco",
    traceable="coco-traceable",
)
THESIS = Format(
    name="thesis",
    title="a thesis project folder",
    detect="loopviz.formats.people.thesis:detect_thesis",
    read="loopviz.formats.people.thesis:read_thesis",
    write="loopviz.formats.people.write_thesis:write_thesis",
    own_headings=True,
    extras=("confidence", "track_id"),
    export="thesis",
)
DATASET = Format(
    name="dataset",
    title="a saved dataset",
    detect="loopviz.formats.labels.saved:detect_saved",
    read="loopviz.formats.labels.saved:read_saved",
    write="loopviz.formats.labels.saved:write_saved",
    keeps_origin=True,
    export="parquet",
)
MTURK = Format(
    name="mturk",
    title="a batch of Mechanical Turk",
    suffixes=(".csv", ".tsv", ".txt"),
    folders=False,
    detect="loopviz.formats.mturk.rows:detect_batch",
    read="loopviz.formats.mturk.read:read_batch",
)
MOTCHALLENGE = Format(
    name="motchallenge",
    title="MOTChallenge",
    suffixes=(".txt",),
    detect="loopviz.formats.labels.motchallenge:detect_tracks",
    read="loopviz.formats.labels.motchallenge:read_tracks",
    write="loopviz.formats.labels.motchallenge:write_tracks",
    losses="loopviz.formats.labels.motchallenge:losses",
    box_form="corner",
    export="motchallenge",
)
VOC = Format(
    name="voc",
    title="Pascal VOC",
    suffixes=(".xml",),
    detect="loopviz.formats.labels.voc:detect_voc",
    read="loopviz.formats.labels.voc:read_voc",
    write="loopviz.formats.labels.voc:write_voc",
    losses="loopviz.formats.labels.voc:losses",
    box_form="corner",
    export="voc",
)
CVAT = Format(
    name="cvat",
    title="CVAT",
    suffixes=(".xml",),
    detect="loopviz.formats.labels.cvat.read:detect_cvat",
    read="loopviz.formats.labels.cvat.read:read_cvat",
    write="loopviz.formats.labels.cvat.write:write_cvat",
    losses="loopviz.formats.labels.cvat.write:losses",
    file_name="annotations.xml",
    box_form="corner",
    keeps_origin=True,
    export="cvat",
)
LABELME = Format(
    name="labelme",
    title="LabelMe",
    suffixes=(".json",),
    detect="loopviz.formats.labels.labelme.read:detect_labelme",
    read="loopviz.formats.labels.labelme.read:read_labelme",
    write="loopviz.formats.labels.labelme.write:write_labelme",
    losses="loopviz.formats.labels.labelme.write:losses",
    box_form="corner",
    export="labelme",
)
LABEL_STUDIO = Format(
    name="label-studio",
    title="Label Studio",
    suffixes=(".json",),
    detect="loopviz.formats.labels.label_studio.read:detect_label_studio",
    read="loopviz.formats.labels.label_studio.read:read_label_studio",
    write="loopviz.formats.labels.label_studio.write:write_label_studio",
    losses="loopviz.formats.labels.label_studio.write:losses",
    box_form="corner",
    keeps_origin=True,
    export="label-studio",
)
FIFTYONE = Format(
    name="fiftyone",
    title="FiftyOne",
    suffixes=(".json",),
    detect="loopviz.formats.labels.fiftyone.read:detect_fiftyone",
    read="loopviz.formats.labels.fiftyone.read:read_fiftyone",
    write="loopviz.formats.labels.fiftyone.write:write_fiftyone",
    losses="loopviz.formats.labels.fiftyone.write:losses",
    box_form="corner",
    keeps_origin=True,
    export="fiftyone",
)
RERUN = Format(
    name="rerun",
    title="Rerun",
    suffixes=(".rrd",),
    write="loopviz.formats.labels.rerun:write_rerun",
    losses="loopviz.formats.labels.rerun:losses",
    file_name="labels.rrd",
    keeps_origin=True,
    export="rerun",
)
CREATEML = Format(
    name="createml",
    title="CreateML",
    suffixes=(".json",),
    detect="loopviz.formats.labels.createml:detect_createml",
    read="loopviz.formats.labels.createml:read_createml",
    box_form="centre",
)
LABELME_XML = Format(
    name="labelme-xml",
    title="LabelMe's XML",
    suffixes=(".xml",),
    detect="loopviz.formats.labels.labelme_xml:detect_labelme_xml",
    read="loopviz.formats.labels.labelme_xml:read_labelme_xml",
    box_form="corner",
)
DOTA = Format(
    name="dota",
    title="DOTA",
    suffixes=(".txt",),
    detect="loopviz.formats.labels.dota:detect_dota",
    read="loopviz.formats.labels.dota:read_dota",
    box_form="corner",
)
VIA = Format(
    name="via",
    title="VGG Image Annotator (VIA)",
    suffixes=(".json", ".csv"),
    detect="loopviz.formats.labels.via:detect_via",
    read="loopviz.formats.labels.via:read_via",
    box_form="corner",
)
VOTT = Format(
    name="vott",
    title="VoTT",
    suffixes=(".json", ".csv"),
    detect="loopviz.formats.labels.vott:detect_vott",
    read="loopviz.formats.labels.vott:read_vott",
    box_form="corner",
)
OPENIMAGES = Format(
    name="openimages",
    title="Open Images",
    suffixes=(".csv",),
    detect="loopviz.formats.labels.openimages:detect_openimages",
    read="loopviz.formats.labels.openimages:read_openimages",
    box_form="corner",
)
TENSORFLOW = Format(
    name="tensorflow-csv",
    title="a TensorFlow table of boxes",
    suffixes=(".csv",),
    detect="loopviz.formats.labels.tensorflow_csv:detect_tensorflow",
    read="loopviz.formats.labels.tensorflow_csv:read_tensorflow",
    box_form="corner",
)
COCO_PANOPTIC = Format(
    name="coco-panoptic",
    title="panoptic COCO",
    suffixes=(".json",),
    detect="loopviz.formats.labels.coco.panoptic:detect_panoptic",
    read="loopviz.formats.labels.coco.panoptic:read_panoptic",
    box_form="corner",
)
SAGEMAKER = Format(
    name="sagemaker",
    title="SageMaker Ground Truth",
    suffixes=(".manifest", ".json", ".jsonl"),
    detect="loopviz.formats.labels.sagemaker:detect_sagemaker",
    read="loopviz.formats.labels.sagemaker:read_sagemaker",
    box_form="corner",
)
ZOONIVERSE = Format(
    name="zooniverse",
    title="Zooniverse",
    suffixes=(".csv",),
    detect="loopviz.formats.labels.zooniverse:detect_zooniverse",
    read="loopviz.formats.labels.zooniverse:read_zooniverse",
    box_form="corner",
)
SUPERVISELY = Format(
    name="supervisely",
    title="Supervisely",
    suffixes=(".json",),
    detect="loopviz.formats.labels.supervisely:detect_supervisely",
    read="loopviz.formats.labels.supervisely:read_supervisely",
    box_form="corner",
)
DARWIN = Format(
    name="darwin",
    title="V7 Darwin",
    suffixes=(".json",),
    detect="loopviz.formats.labels.darwin:detect_darwin",
    read="loopviz.formats.labels.darwin:read_darwin",
    box_form="corner",
)
DATUMARO = Format(
    name="datumaro",
    title="Datumaro",
    suffixes=(".json",),
    detect="loopviz.formats.labels.datumaro:detect_datumaro",
    read="loopviz.formats.labels.datumaro:read_datumaro",
    box_form="corner",
)
VOC_MASKS = Format(
    name="voc-masks",
    title="Pascal VOC masks",
    suffixes=(),
    detect="loopviz.formats.labels.voc_masks:detect_masks",
    read="loopviz.formats.labels.voc_masks:read_masks",
    box_form="corner",
)
FORMATS: tuple[Format, ...] = (
    YOLO,
    replace(
        YOLO,
        name="yolo-traceable",
        title="YOLO with metadata.json",
        detect=None,
        read=None,
        write="loopviz.formats.labels.yolo.write:write_traceable",
        export=None,
        traceable=None,
    ),
    COCO,
    replace(
        COCO,
        name="coco-traceable",
        title="traceable COCO",
        detect=None,
        write="loopviz.formats.labels.coco.write:write_traceable",
        export=None,
        traceable=None,
    ),
    Format(
        name="coco-results",
        title="COCO results",
        suffixes=(".json",),
        folders=False,
        detect="loopviz.formats.labels.coco.results:detect_results",
        read="loopviz.formats.labels.coco.results:read_results",
        box_form="corner",
    ),
    THESIS,
    DATASET,
    Format("csv", "tables as CSV", write="loopviz.formats.csv_write:write_tables", keeps_origin=True, export="csv"),
    MTURK,
    MOTCHALLENGE,
    VOC,
    CVAT,
    LABELME,
    LABEL_STUDIO,
    replace(
        LABEL_STUDIO,
        name="label-studio-predictions",
        title="Label Studio with predictions alone",
        detect=None,
        read=None,
        write="loopviz.formats.labels.label_studio.write:write_predictions",
        losses="loopviz.formats.labels.label_studio.write:losses_of_predictions",
        export="label-studio-predictions",
    ),
    FIFTYONE,
    RERUN,
    CREATEML,
    LABELME_XML,
    DOTA,
    VIA,
    VOTT,
    OPENIMAGES,
    TENSORFLOW,
    COCO_PANOPTIC,
    SAGEMAKER,
    ZOONIVERSE,
    SUPERVISELY,
    DARWIN,
    DATUMARO,
    VOC_MASKS,
)
BY_NAME: Mapping[str, Format] = {form.name: form for form in FORMATS}
READABLE = tuple(form.name for form in FORMATS if form.read)
WRITABLE = tuple(form.name for form in FORMATS if form.write)
# Formats of one file stand before formats of folders.
EXPORTS: Mapping[str, Format] = {
    form.export: form for form in sorted(FORMATS, key=lambda form: form.file_name is None) if form.export
}


def find_format(name: str) -> Format | None:
    """Return the format of a name: one of the table, else another package's.

    Raises:
        MissingPartError: If another package has it and cannot be loaded.
    """
    if name in BY_NAME:
        return BY_NAME[name]
    from loopviz.formats.plugins import plugin

    return plugin(name)


def readable(name: str) -> Format:
    """Return the format of a name that is read.

    Raises:
        ConfigError: If there is none.
    """
    form = find_format(name)
    if form is None or form.read is None:
        raise ConfigError("there is no such label format", found=name, expected=", ".join(READABLE))
    return form


def writable(name: str) -> Format:
    """Return the format of a name that is written.

    Raises:
        ConfigError: If there is none.
    """
    form = find_format(name)
    if form is None or form.write is None:
        raise ConfigError("there is no such label format", found=name, expected=", ".join(WRITABLE))
    return form


def exported(word: str) -> Format:
    """Return the format that ``loopviz export`` calls so; of another package's it is the format's name.

    Raises:
        ConfigError: If there is none.
    """
    form = EXPORTS.get(word) or (None if word in BY_NAME else find_format(word))
    if form is None or form.write is None:
        raise ConfigError("there is no such export", found=word, expected=", ".join(EXPORTS))
    return form
