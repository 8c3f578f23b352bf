// A box for a Raspberry Pi 3 B+ or 4 B with five lamps and a button in its lid. Millimetres.
// openscad -D 'part="base"' -o base.stl enclosure.scad; `make hardware` does it for both parts.

part = "both";          // base, lid or both (to look at)
lamps = 5;              // as many as in pbx/box/pin_file.toml; `make hardware` hands it in

board = [85, 56];       // the Pi's
holes = [[3.5, 3.5], [61.5, 3.5], [3.5, 52.5], [61.5, 52.5]];   // of its screws, M2.5
wall = 2;
gap = 1;                // around the board
rise = 5;               // from the floor to the board: room for the SD card's slot and the solder
thick = 1.6;            // of the board
clear = 28;             // above the board: its sockets are 16.5 high, the lid's posts hang above them
lamp_hole = 5.2;        // a 5 mm LED with a little play
button_hole = 12.2;
screw = 2.2;            // a M2.5 screw cuts its own thread
head = 5;               // of a screw in the lid
lip = 1.2;              // of the lid, inside the walls

inner = [board.x + 2 * gap, board.y + 2 * gap, rise + thick + clear];
outer = [inner.x + 2 * wall, inner.y + 2 * wall, inner.z + wall];
$fn = 36;

module rounded(size, radius = 3) {
    linear_extrude(size.z) offset(radius) translate([radius, radius]) square([size.x - 2 * radius, size.y - 2 * radius]);
}

// Where something on the board is, seen from the corner of the box.
function on_board(at) = [wall + gap + at.x, wall + gap + at.y, wall + rise];
corners = [[wall + 3.2, wall + 3.2], [outer.x - wall - 3.2, wall + 3.2],
           [wall + 3.2, outer.y - wall - 3.2], [outer.x - wall - 3.2, outer.y - wall - 3.2]];

module base() {
    difference() {
        rounded(outer);
        translate([wall, wall, wall]) cube([inner.x, inner.y, inner.z + 1]);
        sockets();
        vents();
    }
    for (hole = holes) translate(on_board(hole)) translate([0, 0, -rise]) difference() {
        cylinder(d = 6, h = rise);
        translate([0, 0, 1]) cylinder(d = screw, h = rise);
    }
    // The lid's posts grow out of the corners above the sockets, so that they print without support.
    for (at = corners) difference() {
        hull() {
            translate([at.x, at.y, outer.z - 6]) cylinder(d = 6.4, h = 6);
            translate([at.x < outer.x / 2 ? wall : outer.x - wall, at.y < outer.y / 2 ? wall : outer.y - wall,
                       outer.z - 11]) sphere(d = 1, $fn = 12);
        }
        translate([at.x, at.y, outer.z - 8]) cylinder(d = screw, h = 9);
    }
}

// Power and HDMI on the long side, network and USB on the short one, the card below the board on the other.
module sockets() {
    translate([on_board([6, 0]).x, -1, wall + rise - 1]) cube([50, wall + gap + 2, 9]);
    translate([outer.x - wall - gap - 1, on_board([0, 2]).y, wall + rise]) cube([wall + gap + 2, 52, 17.5]);
    translate([-1, on_board([0, 21]).y, wall - 1]) cube([wall + gap + 3, 14, rise + 1.5]);
}

module vents() {
    for (x = [14 : 8 : outer.x - 14]) {
        translate([x, outer.y - wall - 1, wall + rise + 8]) cube([3, wall + 2, 12]);
        for (y = [18, 34]) translate([x, y, -1]) cube([3, 10, wall + 2]);
    }
}

module lid() {
    difference() {
        union() {
            rounded([outer.x, outer.y, wall]);
            translate([wall + 0.2, wall + 0.2, wall]) difference() {
                cube([inner.x - 0.4, inner.y - 0.4, lip]);
                translate([1.2, 1.2, -1]) cube([inner.x - 2.8, inner.y - 2.8, lip + 2]);
                for (at = corners) translate([at.x - wall - 0.2, at.y - wall - 0.2, -1]) cylinder(d = 10, h = lip + 2);
            }
        }
        for (number = [0 : lamps - 1])
            translate([14 + number * (outer.x - 42) / max(1, lamps - 1), outer.y / 2, -1]) cylinder(d = lamp_hole, h = wall + 2);
        translate([outer.x - 14, outer.y / 2, -1]) cylinder(d = button_hole, h = wall + 2);
        for (at = corners) translate([at.x, at.y, -1]) {
            cylinder(d = 2.8, h = wall + 2);
            cylinder(d1 = head + 1, d2 = 2.8, h = wall);
        }
    }
}

if (part == "base") base();
if (part == "lid") lid();
if (part == "both") {
    base();
    translate([0, outer.y + 12, 0]) lid();
}
