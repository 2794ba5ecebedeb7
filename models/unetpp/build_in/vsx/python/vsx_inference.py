"""UNet++ on a Vastai accelerator: segments an image or a folder of images, and scores the masks.

    python vsx_inference.py --file_path IMAGES --model_prefix_path DIR/mod --vdsp_params_info FILE.json

Masks are written to --save_dir as PNG (0 and 255) of the network's size. With --gt_path, Dice and IoU of the
foreground are printed per image and averaged; an image without any foreground, true or predicted, is left out.
"""

import argparse
import os
import sys
import threading
import time
from queue import Queue

import cv2
import numpy as np
import vaststreamx as vsx

SUFFIX = ".png"
MASK_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp")
THRESHOLD = 0.5  # a probability from here on is foreground
MASK_FOREGROUND = 125  # a pixel of a resized mask from here on is foreground
IN_FLIGHT = 20  # batches that may be in the accelerator at a time


class Segmenter:
    """The compiled network behind its preprocessing operator, as one stream."""

    def __init__(self, model_prefix_path, vdsp_params_info, batch_size=1, device_id=0):
        if vsx.set_device(device_id) != 0:
            raise RuntimeError("cannot use device {}".format(device_id))
        self.device_id = device_id
        self.batch_size = batch_size
        self.preprocess = vsx.Operator.load_ops_from_json_file(vdsp_params_info)[0]
        self.model = vsx.ModelOperator(vsx.Model(model_prefix_path, batch_size))
        graph = vsx.Graph()
        graph.add_operators(self.preprocess, self.model)
        self.stream = vsx.Stream(graph, vsx.StreamBalanceMode.ONCE)
        self.stream.register_operator_output(self.model)
        self.stream.build()

    def run(self, image):
        """The mask of one RGB image."""
        return self._masks(self.stream.run_sync([self._to_device(image)]))[0]

    def run_all(self, images):
        """Yield (name, mask) for an iterable of (name, RGB image), in order. Ends the stream."""
        in_flight = Queue(IN_FLIGHT)
        failures = []

        def feed():
            try:
                for names, batch in batches(images, self.batch_size):
                    in_flight.put(names)  # blocks while enough is on its way: memory stays bounded
                    self.stream.run_async([self._to_device(image) for image in batch])
            except Exception as error:
                failures.append(error)
            finally:
                self.stream.close_input()

        feeder = threading.Thread(target=feed, daemon=True)
        feeder.start()
        while True:
            try:
                result = self.stream.get_operator_output(self.model)
            except ValueError:  # the end of the stream
                break
            for name, mask in zip(in_flight.get(), self._masks(result)):
                yield name, mask
        self.stream.wait_until_done()
        feeder.join()
        if failures:
            raise failures[0]

    def _to_device(self, image):
        height, width = image.shape[:2]
        planar = np.ascontiguousarray(image.transpose(2, 0, 1))
        return vsx.create_image(planar, vsx.ImageFormat.RGB_PLANAR, width, height, self.device_id)

    def _masks(self, result):
        return [np.squeeze(vsx.as_numpy(outputs[0]).astype(np.float32)) >= THRESHOLD for outputs in result]


def batches(images, size):
    """Group (name, image) pairs into (names, images) of at most `size`."""
    names, batch = [], []
    for name, image in images:
        names.append(name)
        batch.append(image)
        if len(names) == size:
            yield names, batch
            names, batch = [], []
    if names:
        yield names, batch


def read_image(path):
    """The image as RGB, or None if it cannot be read."""
    image = cv2.imread(path, cv2.IMREAD_COLOR)
    return None if image is None else cv2.cvtColor(image, cv2.COLOR_BGR2RGB)


def read_folder(folder):
    """Yield (stem, image) for every readable image, by name; the others are named on stderr."""
    names = sorted(name for name in os.listdir(folder) if name.lower().endswith(SUFFIX) and name[0] != ".")
    if not names:
        sys.exit("no *{} in {}".format(SUFFIX, folder))
    for name in names:
        path = os.path.join(folder, name)
        image = read_image(path)
        if image is None:
            print("cannot read {}, skipped".format(path), file=sys.stderr)
        else:
            yield stem(path), image


def stem(path):
    return os.path.splitext(os.path.basename(path))[0]


def list_masks(folder):
    """Stem to path of every mask file in a folder."""
    names = [name for name in sorted(os.listdir(folder)) if name.lower().endswith(MASK_SUFFIXES)]
    return {stem(name): os.path.join(folder, name) for name in names}


def dice_and_iou(mask, mask_path):
    """The scores of one mask against its file, resized to the mask's size; None if neither holds foreground."""
    truth = cv2.imread(mask_path, cv2.IMREAD_GRAYSCALE)
    if truth is None:
        sys.exit("cannot read {}".format(mask_path))
    truth = cv2.resize(truth, mask.shape[::-1], interpolation=cv2.INTER_LINEAR) >= MASK_FOREGROUND
    overlap = np.count_nonzero(mask & truth)
    area = np.count_nonzero(mask) + np.count_nonzero(truth)
    if area == 0:
        return None
    return 2.0 * overlap / area, overlap / float(area - overlap)


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file_path", default="./data/dsb2018_256_val/images", help="an image, or a folder of images")
    parser.add_argument("--model_prefix_path", default="./deploy_weights/unetpp_fp16/mod")
    parser.add_argument("--vdsp_params_info", default="../build_in/vdsp_params/unetpp-vdsp_params.json")
    parser.add_argument("--gt_path", default="", help="folder with a mask of the same stem for each image")
    parser.add_argument("--save_dir", default="./runstream_output")
    parser.add_argument("--device_id", type=int, default=0)
    parser.add_argument("--batch", type=int, default=1)
    return parser.parse_args()


def main():
    args = parse_args()
    os.makedirs(args.save_dir, exist_ok=True)
    truths = list_masks(args.gt_path) if args.gt_path else {}
    segmenter = Segmenter(args.model_prefix_path, args.vdsp_params_info, args.batch, args.device_id)
    start = time.time()
    if os.path.isfile(args.file_path):
        image = read_image(args.file_path)
        if image is None:
            sys.exit("cannot read {}".format(args.file_path))
        results = [(stem(args.file_path), segmenter.run(image))]
    elif not os.path.isdir(args.file_path):
        sys.exit("there is no file or folder {}".format(args.file_path))
    else:
        results = segmenter.run_all(read_folder(args.file_path))

    count, scores = 0, []
    for name, mask in results:
        count += 1
        path = os.path.join(args.save_dir, name + ".png")
        if not cv2.imwrite(path, mask.astype(np.uint8) * 255):
            sys.exit("cannot write {}".format(path))
        score = dice_and_iou(mask, truths[name]) if name in truths else None
        if score:
            scores.append(score)
            print("{}: Dice {:.4f}, IoU {:.4f}".format(name, 100 * score[0], 100 * score[1]))
    seconds = time.time() - start
    print("{} images in {:.3f} seconds, ({:.2f} images/second)".format(count, seconds, count / seconds))
    if scores:
        dice, iou = 100 * np.mean(scores, axis=0)
        print("mean Dice: {:.4f}, mean IoU: {:.4f}, over {} images".format(dice, iou, len(scores)))
    print("test over")


if __name__ == "__main__":
    main()
