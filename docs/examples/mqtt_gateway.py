# SPDX-License-Identifier: Apache-2.0
"""A gateway in fifty lines: reads a TIC port, publishes each frame to an MQTT broker as one JSON object.

    mqtt_gateway.py PORT historic|standard HOST:PORT

Power in kilovoltamperes and the index in kilowatt-hours, as people like them: mqtt-gateway.toml says so.
"""

import json
import sys

import paho.mqtt.client as mqtt
import serial
from reader import SETTINGS, frames

TOPIC, STATUS = "house/linky", "house/linky/status"


def payload(said):
    """What is published of a frame: its label to (data, horodate)."""
    told = {}
    for label, (data, _) in said.items():
        if label in ("EAST", "BASE", "HCHC", "HCHP"):
            told[label.lower() + "_kwh"] = int(data) / 1000
        elif label in ("SINSTS", "PAPP"):
            told["power_kva"] = int(data) / 1000
        elif label in ("PREF", "ISOUSC", "ADSC", "ADCO"):
            told[label.lower()] = data
    return told


def on_connect(client, userdata, flags, reason, properties):
    """Say so, each time: a broker that restarted has forgotten it, or has published the will."""
    if not reason.is_failure:
        client.publish(STATUS, "online", retain=True)


def main():
    port, mode, broker = sys.argv[1:]
    host, _, number = broker.rpartition(":")
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, "house-linky")
    client.will_set(STATUS, "offline", retain=True)
    client.on_connect = on_connect
    client.reconnect_delay_set(1, 10)
    client.connect_async(host, int(number), keepalive=30)
    client.loop_start()
    baud, _ = SETTINGS[mode]
    line = serial.serial_for_url(port, baud, bytesize=serial.SEVENBITS, parity=serial.PARITY_EVEN)
    for said in frames(line, mode):
        if client.is_connected():  # what cannot be said now is not said later: it would be old
            client.publish(TOPIC, json.dumps(payload(said)))


if __name__ == "__main__":
    main()
